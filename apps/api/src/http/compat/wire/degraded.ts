import type { FastifyReply } from 'fastify';

/** Names the lanes of recall that could not answer; the bodies of the compatible routes have no place for it. */
const DEGRADED_HEADER = 'x-soma-degraded';

/** Marks an answer that was made without some lanes. */
export function markDegraded(reply: FastifyReply, lanes: readonly string[]): void {
  if (lanes.length > 0) void reply.header(DEGRADED_HEADER, lanes.join(', '));
}
