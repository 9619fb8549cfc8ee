import type { IndexQuery } from '../../index-model/index-point.js';
import type { Search } from './lane.js';

/** Builds the query parameters common to all indexes. */
export function indexQuery({ request, now }: Search, limit: number): IndexQuery {
  return { limit, filter: request.filter, nowMs: now.getTime() };
}
