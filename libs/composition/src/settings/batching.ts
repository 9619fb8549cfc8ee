import type { AppConfig } from '@sfm/config';
import type { MicroBatcherOptions } from '@sfm/memory';

const MAX_QUEUED = 20_000;
/** From measurements of multi-row writes against single ones: see docs/PERFORMANCE.md. */
const BATCHES_IN_FLIGHT = 3;

/** How concurrent single writes are grouped. Without grouping, the connections are what limits them. */
export function batchingOf({ database }: AppConfig): MicroBatcherOptions {
  const { writeBatchSize: maxBatch, poolSize } = database;
  return { maxBatch, maxInFlight: maxBatch === 1 ? poolSize : BATCHES_IN_FLIGHT, maxQueued: MAX_QUEUED };
}
