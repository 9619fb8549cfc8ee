import type { MicroBatcherOptions } from '@sfm/memory';
import type { BatchingOptions } from './memory-options.js';

const MAX_BATCH = 64;
const MAX_QUEUED = 20_000;
/** Measured with multi-row against single-row writes: see docs/PERFORMANCE.md. */
const BATCHES_IN_FLIGHT = 3;

/** Batching of concurrent single writes. Without batching, the number of connections limits them. */
export function batchingOf(given: BatchingOptions, connections: number): MicroBatcherOptions {
  const { maxBatch = MAX_BATCH, maxQueued = MAX_QUEUED } = given;
  const { maxInFlight = maxBatch === 1 ? connections : BATCHES_IN_FLIGHT } = given;
  return { maxBatch, maxInFlight, maxQueued };
}
