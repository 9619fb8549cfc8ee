import type { NearestMemories, NearestQuery, Reading } from '@sfm/memory';
import type { RequestLimits } from '../checks/request-limits.js';
import type { NearestBody } from '../schemas/nearest.schemas.js';
import { toMemoryFilter } from './memory-filter.js';
import { memoryView } from './memory-view.js';
import { toValidityChoice } from './validity.js';

/** @throws InvalidRequestError naming the field that is over a limit or not allowed. */
export function toNearestQuery(body: NearestBody, limits: RequestLimits): Reading<NearestQuery> {
  const filter = toMemoryFilter(body);
  return {
    to: limits.coordinateOf(body.coordinate),
    limit: limits.topK(body.top_k),
    ...(filter ? { filter } : {}),
    ...toValidityChoice(body),
    ...(body.max_distance === undefined ? {} : { maxDistance: body.max_distance }),
  };
}

export function nearestView({ found, isComplete }: NearestMemories) {
  return { hits: found.map(({ memory, distance }) => ({ ...memoryView(memory), distance })), complete: isComplete };
}
