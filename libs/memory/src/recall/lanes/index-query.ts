import type { IndexQuery } from '../../index-model/index-point.js';
import type { Search } from './lane.js';

/** Builds the query parameters common to all indexes. @param lane the one to name if the search is cut short */
export function indexQuery({ request, now, valid, cutShort }: Search, limit: number, lane: string): IndexQuery {
  const { filter } = request;
  return { limit, filter, nowMs: now.getTime(), ...(valid && { valid }), onCutShort: () => void cutShort.add(lane) };
}
