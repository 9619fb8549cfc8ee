import type { FastifyReply } from 'fastify';

/** Header with the cursor that continues a search; compatible response bodies have no field for it. */
const NEXT_CURSOR_HEADER = 'x-soma-next-cursor';

/** Marks the response of a search that looked at a part of the memories, if it has a cursor. Returns what to warn of. */
export function continued(reply: FastifyReply, cursor: string | undefined): readonly string[] {
  if (cursor === undefined) return [];
  void reply.header(NEXT_CURSOR_HEADER, cursor);
  return ['there may be more: send X-Soma-Next-Cursor as cursor'];
}
