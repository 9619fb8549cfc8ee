import type { AppConfig } from '@sfm/config';
import type { RequestBounds } from '@sfm/edge';
import type { StoreLimits } from '@sfm/memory';

/** The configured bounds of a request. @param limits what the memory system allows */
export function boundsOf(
  { limits: { queryCharacters, batchQueries } }: Pick<AppConfig, 'limits'>,
  limits: StoreLimits & Pick<RequestBounds, 'maxTopK'>,
): RequestBounds {
  return { ...limits, maxQueryLength: queryCharacters, maxBatchQueries: batchQueries };
}
