import type { BatchingOptions, LimitsOptions, MemorySystemOptions } from '@sfm/composition';
import type { AppConfig } from '@sfm/config';

/** What a memory may be, and what one call may ask for. */
export function limitsOptions({ limits }: AppConfig): LimitsOptions {
  return {
    maxDepth: limits.payloadDepth,
    maxBytes: limits.payloadBytes,
    maxDimensions: limits.coordinateDimensions,
    maxBulkItems: limits.bulkItems,
    maxTopK: limits.topK,
  };
}

/** Which fields of a payload mean something. */
export function payloadFields({ context }: AppConfig): MemorySystemOptions['fields'] {
  return {
    text: context.textFields,
    session: context.sessionFields,
    source: context.sourceFields,
    time: context.timeFields,
  };
}

/** How concurrent single writes are grouped. */
export function batchingOptions({ database }: AppConfig): BatchingOptions {
  return { maxBatch: database.writeBatchSize };
}
