import { isJsonObject, type JsonObject, type JsonValue } from '../model/json.js';

/**
 * Returns the object with a merge patch applied: members are replaced, null removes them, objects are merged in turn.
 *
 * Source: RFC 7396, JSON Merge Patch.
 */
export function mergePatch(target: JsonObject, patch: JsonObject): JsonObject {
  const merged = new Map(Object.entries(target));
  for (const [name, change] of Object.entries(patch)) {
    if (change === null) merged.delete(name);
    else merged.set(name, patched(merged.get(name), change));
  }
  return Object.fromEntries(merged);
}

function patched(target: JsonValue | undefined, change: JsonValue): JsonValue {
  if (!isJsonObject(change)) return change;
  return mergePatch(target !== undefined && isJsonObject(target) ? target : {}, change);
}
