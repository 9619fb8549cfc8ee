import type { FastifyReply } from 'fastify';

/** Names in the header `Warning` (RFC 9111) what of a request was not taken as it was written. */
export function warn(reply: FastifyReply, warnings: readonly string[]): void {
  if (warnings.length > 0)
    void reply.header('warning', [...new Set(warnings)].map((text) => `299 - "${text}"`).join(', '));
}
