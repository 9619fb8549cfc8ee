import type { AppConfig } from '@sfm/config';
import type { PayloadFields, StoreLimits } from '@sfm/memory';

/** What a memory may be. */
export function storeLimits({ limits }: AppConfig): StoreLimits {
  return {
    maxDepth: limits.payloadDepth,
    maxBytes: limits.payloadBytes,
    maxDimensions: limits.coordinateDimensions,
    maxBulkItems: limits.bulkItems,
  };
}

/** Which fields of a payload mean something. */
export function payloadFields({ context }: AppConfig): PayloadFields {
  return {
    text: context.textFields,
    session: context.sessionFields,
    source: context.sourceFields,
    time: context.timeFields,
  };
}
