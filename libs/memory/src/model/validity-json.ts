import { InvalidRequestError } from './errors.js';
import { isJsonObject, type JsonObject, type JsonValue } from './json.js';
import type { Validity } from './validity.js';

/**
 * Validity as rows of the truth and events hold it: times in epoch milliseconds, and only what there is. `superseded_at`
 * is the earliest time in `superseded_by`.
 */
export function validityToJson(validity: Validity): JsonObject {
  const { fromMs, toMs, supersedes, supersededBy, supersededAtMs } = validity;
  return {
    ...(fromMs === null ? {} : { valid_from: fromMs }),
    ...(toMs === null ? {} : { valid_to: toMs }),
    ...(supersedes.length === 0 ? {} : { supersedes: [...supersedes] }),
    ...(supersededAtMs === null ? {} : { superseded_by: { ...supersededBy }, superseded_at: supersededAtMs }),
  };
}

/**
 * Reads what `validityToJson` wrote; undefined for null.
 *
 * @param field where it stands, for messages
 * @throws InvalidRequestError naming the part that we would not have written this way
 */
export function validityFromJson(value: JsonValue | undefined, field = 'validity'): Validity | undefined {
  if (value === null || value === undefined) return undefined;
  if (!isJsonObject(value)) throw new InvalidRequestError(field, 'must be an object');
  const time = (name: string) => {
    const found = value[name] ?? null;
    if (found === null || isTime(found)) return found;
    throw new InvalidRequestError(`${field}.${name}`, 'must be a whole number');
  };
  const { supersedes = [], superseded_by: by = {} } = value;
  if (!Array.isArray(supersedes) || !supersedes.every((key) => typeof key === 'string')) {
    throw new InvalidRequestError(`${field}.supersedes`, 'must be a list of keys');
  }
  if (!isJsonObject(by)) throw new InvalidRequestError(`${field}.superseded_by`, 'must be an object');
  const supersededBy: Record<string, number> = {};
  for (const [key, since] of Object.entries(by)) {
    if (!isTime(since)) throw new InvalidRequestError(`${field}.superseded_by`, 'must hold whole numbers');
    supersededBy[key] = since;
  }
  return {
    fromMs: time('valid_from'),
    toMs: time('valid_to'),
    supersedes,
    supersededBy,
    supersededAtMs: time('superseded_at'),
  };
}

function isTime(value: JsonValue): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value);
}
