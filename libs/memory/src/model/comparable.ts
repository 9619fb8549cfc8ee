import { compareInstants, instantOf } from './instant.js';
import { isJsonObject, jsonEquals, type JsonObject, type JsonValue } from './json.js';

/**
 * Whether a value of a payload equals a value of a filter. Moments are equal whatever their offset, and texts whatever
 * their Unicode form; objects and lists by structure, with the texts in them whatever their form.
 */
export function equalsWanted(value: JsonValue, wanted: JsonValue): boolean {
  if (value === wanted) return true;
  if (typeof wanted === 'string') return typeof value === 'string' && textsEqual(value, wanted);
  if (typeof wanted === 'object' && wanted !== null) return jsonEquals(composed(value), composed(wanted));
  return jsonEquals(value, wanted);
}

function textsEqual(value: string, wanted: string): boolean {
  const moment = instantOf(wanted);
  const own = instantOf(value);
  if (moment && own) return compareInstants(own, moment) === 0;
  return value.normalize() === wanted.normalize();
}

/** Whether a text equals no other text but itself: it is no moment, and no Unicode form turns another into it. */
export function isOfOneForm(text: string): boolean {
  return ONE_FORM.test(text) && !instantOf(text);
}

/** ASCII but for `;`, `K` and the grave accent, which have doubles elsewhere. */
const ONE_FORM = /^[\x00-\x3a\x3c-\x4a\x4c-\x5f\x61-\x7f]*$/;

/** Returns the value with all texts and names within it in NFC. Of names that become one, the longest as written counts. */
export function composed(value: JsonValue): JsonValue {
  if (typeof value === 'string') return value.normalize();
  if (Array.isArray(value)) return value.map(composed);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(withComposedNames(value)).map(([name, of]) => [name, composed(of)]));
}

/** Returns the object with its own names in NFC: see `composed`. */
export function withComposedNames(object: JsonObject): JsonObject {
  const names = Object.keys(object);
  if (names.every((name) => name === name.normalize())) return object;
  return Object.fromEntries(names.sort(byStoredOrder).map((name) => [name.normalize(), object[name] ?? null]));
}

/** The order in which a database keeps names, the last of equal ones winning: by bytes, shorter ones first. */
function byStoredOrder(a: string, b: string): number {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length - other.length || one.compare(other);
}
