import type { IndexQuery } from '../../index-model/index-point.js';
import type { Search } from './lane.js';

/** What every index is asked with. */
export function indexQuery({ request, now }: Search, limit: number): IndexQuery {
  return { limit, filter: request.filter, nowMs: now.getTime() };
}
