import type { IndexQuery } from '../../index-model/index-point.js';
import type { Search } from './lane.js';

/** Builds the query parameters common to all indexes. @param lane the one to name if the search is cut short */
export function indexQuery({ request, now, cutShort }: Search, limit: number, lane: string): IndexQuery {
  return { limit, filter: request.filter, nowMs: now.getTime(), onCutShort: () => void cutShort.add(lane) };
}
