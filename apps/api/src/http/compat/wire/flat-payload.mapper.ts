import type { JsonObject, Memory } from '@sfm/memory';

/**
 * A memory as clients of the compatible routes read it: the caller's payload with `memory_type`, `coordinate`,
 * `importance_norm` and, for episodic memories, `timestamp` (epoch seconds; the caller's own is kept).
 */
export function flatPayload(memory: Memory): JsonObject {
  const flat: JsonObject = {
    ...memory.payload,
    memory_type: memory.type,
    coordinate: [...memory.coordinate],
    importance_norm: memory.importanceNorm,
  };
  if (memory.type === 'episodic') flat['timestamp'] ??= memory.updatedAt.getTime() / 1000;
  return flat;
}
