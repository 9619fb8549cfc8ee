import { canonicalJson } from '../model/content-hash.js';
import { valueAt } from '../model/filter.js';
import { exactDouble } from '../model/decimal.js';
import type { JsonObject, JsonValue } from '../model/json.js';
import { JsonNumber } from '../model/json-number.js';

const PUNCTUATION = /[{}[\]",:]+/g;

/**
 * Returns the text of a payload that recall searches: the strings under the given fields, in field order; if it has
 * none of them, all strings of the payload; if it has no string at all, its names and values, so that a memory of
 * numbers can be found too. Equal payloads have equal texts, whatever the order of their names. However long the text
 * is, all of it is searched: the limit on payloads bounds it.
 *
 * @param json returns the canonical JSON text of the payload, where that is known already
 */
export function searchedText(
  payload: JsonObject,
  textFields: readonly string[],
  json: () => string = () => canonicalJson(payload),
): string {
  const parts: string[] = [];
  for (const field of textFields) {
    collectStrings(fieldValue(payload, field) ?? null, parts);
  }
  if (parts.length === 0) collectStrings(payload, parts);
  if (parts.length === 0) parts.push(json().replaceAll(PUNCTUATION, ' ').trim());
  return parts.join('\n').toWellFormed();
}

function collectStrings(value: JsonValue, into: string[]): void {
  if (typeof value === 'string') {
    if (value.trim() !== '') into.push(value);
  } else if (Array.isArray(value)) {
    for (const item of value) collectStrings(item, into);
  } else if (value !== null && typeof value === 'object' && !(value instanceof JsonNumber)) {
    for (const name of Object.keys(value).sort()) collectStrings(value[name] ?? null, into);
  }
}

/** Returns the value of a payload field, by its exact name or by dotted path. */
export function fieldValue(payload: JsonObject, field: string): JsonValue | undefined {
  if (Object.hasOwn(payload, field)) return payload[field];
  return field.includes('.') ? valueAt(payload, field.split('.')) : undefined;
}

/** Returns the first of the fields that holds a non-empty string or a number, as text; null when none does. */
export function scalarField(payload: JsonObject, fields: readonly string[]): string | null {
  for (const field of fields) {
    const value = fieldValue(payload, field);
    if (value instanceof JsonNumber) return String(exactDouble(value) ?? value);
    if (typeof value === 'number' || (typeof value === 'string' && value !== '')) return String(value);
  }
  return null;
}
