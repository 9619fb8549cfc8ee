import { isJsonObject, type JsonObject, type JsonValue } from './json.js';

/**
 * Returns the values at a path of object keys. A step into a list goes into each object of the list; lists in lists are
 * not stepped into.
 */
export function valuesAt(payload: JsonObject, path: readonly string[]): readonly JsonValue[] {
  let values: readonly JsonValue[] = [payload];
  for (const step of path) {
    values = values.flatMap((value) =>
      Array.isArray(value) ? value.flatMap((element) => memberOf(element, step)) : memberOf(value, step),
    );
    if (values.length === 0) break;
  }
  return values;
}

/** Returns what a condition on values is tried on: each value, and the elements of those that are lists. */
export function withElements(values: readonly JsonValue[]): readonly JsonValue[] {
  return values.some(Array.isArray)
    ? values.flatMap((value) => (Array.isArray(value) ? [value, ...value] : [value]))
    : values;
}

function memberOf(value: JsonValue, name: string): readonly JsonValue[] {
  const member = isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return member === undefined ? [] : [member];
}
