import { contentHash } from '../../model/content-hash.js';
import type { JsonValue, JsonObject } from '../../model/json.js';
import type { MemoryType } from '../../model/memory.js';

/** Servers round numbers on their way through decimals; so many digits of them survive. */
const KEPT_DIGITS = 12;
/** Hex digits of the hash, as many as a number can hold. */
const KEPT_HEX = 12;

/** What an index should hold of a memory besides its vector, in one number. Source: the first 48 bits of a SHA-256. */
export function pointDigest(type: MemoryType, payload: JsonObject): number {
  return Number.parseInt(contentHash(type, null, rounded(payload)).slice(0, KEPT_HEX), 16);
}

function rounded<T extends JsonValue>(value: T): T;
function rounded(value: JsonValue): JsonValue {
  if (typeof value === 'number') return Number.isInteger(value) ? value : Number(value.toPrecision(KEPT_DIGITS));
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => rounded(item));
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, rounded(member)]));
}
