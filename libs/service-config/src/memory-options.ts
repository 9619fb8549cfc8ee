import type { BatchingOptions, LimitsOptions, MemorySystemOptions } from '@sfm/composition';
import type { AppConfig } from '@sfm/config';

/** Limits of a memory and of one call. */
export function limitsOptions({ limits }: AppConfig): LimitsOptions {
  return {
    maxDepth: limits.payloadDepth,
    maxBytes: limits.payloadBytes,
    maxDimensions: limits.coordinateDimensions,
    maxBulkItems: limits.bulkItems,
    maxTopK: limits.topK,
  };
}

/** Payload fields with a meaning to recall. */
export function payloadFields({ context }: AppConfig): MemorySystemOptions['fields'] {
  return {
    text: context.textFields,
    session: context.sessionFields,
    source: context.sourceFields,
    time: context.timeFields,
  };
}

/** How concurrent single writes are batched. */
export function batchingOptions({ database }: AppConfig): BatchingOptions {
  return { maxBatch: database.writeBatchSize };
}
