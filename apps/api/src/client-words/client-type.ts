import { MEMORY_TYPES, type JsonObject, type Memory } from '@sfm/memory';

/**
 * Keeps a type that only clients know in the payload, where the reference keeps types too, unless the payload has one:
 * the memory itself is episodic. So the word lives as long as the memory, in every copy of it.
 */
export function withClientType(payload: JsonObject, type: string | null | undefined): JsonObject {
  if (!isOwn(type) || Object.hasOwn(payload, 'memory_type')) return payload;
  return { ...payload, memory_type: type };
}

/** The type as the client wrote it. */
export function clientType({ type, payload }: Pick<Memory, 'type' | 'payload'>): string {
  const word = Object.hasOwn(payload, 'memory_type') ? payload['memory_type'] : undefined;
  return type === 'episodic' && isOwn(word) ? word : type;
}

function isOwn(type: unknown): type is string {
  return typeof type === 'string' && type !== '' && !MEMORY_TYPES.some((known) => known === type);
}
