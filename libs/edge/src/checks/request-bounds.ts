import type { StoreLimits } from '@sfm/memory';

/** Limits on a request; one that exceeds a limit is refused with the limit's name. */
export interface RequestBounds extends StoreLimits {
  /** Largest `top_k` of a recall. */
  readonly maxTopK: number;
  /** Longest query, in UTF-16 code units. */
  readonly maxQueryLength: number;
  /** Most queries in one request. */
  readonly maxBatchQueries: number;
}
