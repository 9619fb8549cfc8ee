import { JsonNumber } from '../model/json-number.js';
import type { JsonObject, JsonValue } from '../model/json.js';
import { fieldValue } from './searched-text.js';

/** Yields the strings and numbers of a JSON value as texts, at any depth; names in their order, so that equal values tell the same. */
export function* scalarsOf(value: JsonValue): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'number' || value instanceof JsonNumber) yield String(value);
  else if (Array.isArray(value)) for (const item of value) yield* scalarsOf(item);
  else if (value !== null && typeof value === 'object') {
    for (const name of Object.keys(value).sort()) yield* scalarsOf(value[name] ?? null);
  }
}

/** Returns what the payload holds under the given fields (names or dotted paths), a line each. */
export function fieldText(payload: JsonObject, fields: readonly string[]): string {
  const values = fields.flatMap((field) => [...scalarsOf(fieldValue(payload, field) ?? null)]);
  return values.join('\n').toWellFormed();
}
