import type { MicroBatcherOptions } from '@sfm/memory';
import type { BatchingOptions } from './memory-options.js';

const MAX_BATCH = 64;
const MAX_QUEUED = 20_000;
/** From measurements of multi-row writes against single ones: see docs/PERFORMANCE.md. */
const BATCHES_IN_FLIGHT = 3;

/** How concurrent single writes are grouped. Without grouping, the connections are what limits them. */
export function batchingOf(given: BatchingOptions, connections: number): MicroBatcherOptions {
  const { maxBatch = MAX_BATCH, maxQueued = MAX_QUEUED } = given;
  const { maxInFlight = maxBatch === 1 ? connections : BATCHES_IN_FLIGHT } = given;
  return { maxBatch, maxInFlight, maxQueued };
}
