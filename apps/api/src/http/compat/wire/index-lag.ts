import { lagView } from '@sfm/edge';
import type { RecallResult } from '@sfm/memory';
import type { FastifyReply } from 'fastify';

/** Header with how far the indexes were behind, as an RFC 8941 dictionary; compatible response bodies have no field for it. */
const LAG_HEADER = 'x-soma-index-lag';

/** States the index lag of a recall, or the largest of several. */
export function markLag(reply: FastifyReply, results: readonly Pick<RecallResult, 'indexLag'>[]): void {
  const lags = results.map(({ indexLag }) => lagView(indexLag));
  const events = Math.max(0, ...lags.map((lag) => lag.events));
  const seconds = Math.max(0, ...lags.map((lag) => lag.seconds));
  void reply.header(LAG_HEADER, `events=${events}, seconds=${seconds}`);
}
