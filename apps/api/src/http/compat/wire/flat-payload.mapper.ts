import { enrichedPayload, type JsonObject, type Memory } from '@sfm/memory';
import { clientType } from '../../../client-words/client-type.js';

/**
 * A memory in the shape of the compatible routes; `timestamp` is the time of its last write. As in the reference,
 * `access_count` is there once it was read, unless the payload has one.
 */
export function flatPayload(memory: Memory): JsonObject {
  const { payload, type, coordinate, importanceNorm, updatedAt, accessCount } = memory;
  const flat = enrichedPayload({ payload, type, coordinate, importanceNorm, timeMs: updatedAt.getTime() });
  return {
    ...flat,
    memory_type: clientType(memory),
    ...(accessCount > 0 && !Object.hasOwn(payload, 'access_count') ? { access_count: accessCount } : {}),
  };
}
