import { enrichedPayload, type JsonObject, type Memory } from '@sfm/memory';

/** A memory in the shape of the compatible routes; `timestamp` is the time of its last write. */
export function flatPayload({ payload, type, coordinate, importanceNorm, updatedAt }: Memory): JsonObject {
  return enrichedPayload({ payload, type, coordinate, importanceNorm, timeMs: updatedAt.getTime() });
}
