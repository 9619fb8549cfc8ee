import { enrichedPayload, toDouble, type JsonObject, type Memory } from '@sfm/memory';

/** A payload and how well it answers. */
export interface ScoredMemory {
  readonly payload: JsonObject;
  readonly score: number;
}

/**
 * A memory as the library gives it back: the caller's payload with `memory_type`, `coordinate`, `importance_norm`, for an
 * episodic one `timestamp` (epoch seconds), once it was read `access_count`, and the `importance` that it was given since.
 * Fields of the caller named `timestamp` and `access_count` stay.
 */
export function toEnriched({ updatedAt, accessCount, ...memory }: Memory): JsonObject {
  const enriched = enrichedPayload({ ...memory, timeMs: updatedAt.getTime() });
  if (accessCount > 0 && !Object.hasOwn(memory.payload, 'access_count')) enriched['access_count'] = accessCount;
  const { importance, payload } = memory;
  if (importance !== null && toDouble(payload['importance']) !== importance) enriched['importance'] = importance;
  return enriched;
}
