import { contentHash } from '../../model/content-hash.js';
import { isJsonObject, toDouble, type JsonValue, type JsonObject } from '../../model/json.js';
import type { MemoryType } from '../../model/memory.js';

/** Servers round numbers to doubles, and when converting them to decimals; this many digits survive. */
const KEPT_DIGITS = 12;
/** Hex digits of the hash that a number can hold exactly. */
const KEPT_HEX = 12;

/** No content has this digest. */
export const ALTERED_DIGEST = -1;

/**
 * Digest of type and payload, as an index should hold them: the first 48 bits of a SHA-256, as a number.
 */
export function pointDigest(type: MemoryType, payload: JsonObject): number {
  return Number.parseInt(contentHash(type, null, rounded(payload)).slice(0, KEPT_HEX), 16);
}

function rounded<T extends JsonValue>(value: T): T;
function rounded(value: JsonValue): JsonValue {
  const number = toDouble(value);
  if (number !== undefined) return Number.isSafeInteger(number) ? number : Number(number.toPrecision(KEPT_DIGITS));
  if (Array.isArray(value)) return value.map((item) => rounded(item));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, rounded(member)]));
}
