import { compareNumbers } from './decimal.js';
import { JsonNumber } from './json-number.js';

/** A JSON value as it comes out of `parseJson`. */
export type JsonValue = string | number | boolean | null | JsonNumber | JsonValue[] | JsonObject;

/** A JSON object: what a memory's payload is. */
export interface JsonObject {
  [key: string]: JsonValue;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber);
}

export function isNumber(value: unknown): value is number | JsonNumber {
  return typeof value === 'number' || value instanceof JsonNumber;
}

/** Returns a number of a JSON value, rounded to a double where it is not one; undefined for any other value. */
export function toDouble(value: JsonValue | undefined): number | undefined {
  return value instanceof JsonNumber ? value.nearest : typeof value === 'number' ? value : undefined;
}

/** True when a `JsonNumber` is anywhere in the value. */
export function holdsJsonNumber(value: JsonValue): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (value instanceof JsonNumber) return true;
  return Array.isArray(value) ? value.some(holdsJsonNumber) : Object.values(value).some(holdsJsonNumber);
}

/** Structural equality of two JSON values; neither object key order nor the notation of a number matters. */
export function jsonEquals(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true;
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b) === 0;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => jsonEquals(item, b[index]));
  }
  if (isJsonObject(a) && isJsonObject(b)) {
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && jsonEquals(a[key], b[key]))
    );
  }
  return false;
}
