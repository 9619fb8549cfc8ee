import type { AppConfig } from '@sfm/config';
import type { MicroBatcherOptions } from '@sfm/memory';

const MAX_QUEUED = 20_000;
/** From measurements of multi-row writes against single ones: see docs/PERFORMANCE.md. */
const BATCHES_IN_FLIGHT = 3;
/** Of 64 writers, so many that the process reads requests while PostgreSQL commits: measured against 16 and 64. */
const MIN_TO_JOIN = 24;

/** How concurrent single writes are grouped. Without grouping, the connections are what limits them. */
export function batchingOf({ database }: AppConfig): MicroBatcherOptions {
  const { writeBatchSize: maxBatch, poolSize } = database;
  return {
    maxBatch,
    maxInFlight: maxBatch === 1 ? poolSize : BATCHES_IN_FLIGHT,
    minToJoin: Math.min(maxBatch, MIN_TO_JOIN),
    maxQueued: MAX_QUEUED,
  };
}
