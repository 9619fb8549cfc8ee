import type { FastifyReply } from 'fastify';

/** Header naming the recall lanes that could not answer; compatible response bodies have no field for it. */
const DEGRADED_HEADER = 'x-soma-degraded';

/** Marks a response that lacks some lanes. */
export function markDegraded(reply: FastifyReply, lanes: readonly string[]): void {
  if (lanes.length > 0) void reply.header(DEGRADED_HEADER, lanes.join(', '));
}
