import { hash } from 'node:crypto';
import { comparableText, numberIdentity } from './decimal.js';
import type { JsonObject, JsonValue } from './json.js';
import { JsonNumber } from './json-number.js';
import type { MemoryType } from './memory.js';

/**
 * Returns JSON text with object keys in code-unit order, so that equal values have equal texts whatever their key
 * order. Every number is as it was written.
 */
export function canonicalJson(value: JsonValue): string {
  return sortedJson(value, String);
}

/** As `canonicalJson`, with numbers written so that writing them out in full is harmless: see `comparableText`. */
export function comparableJson(value: JsonValue): string {
  return sortedJson(value, comparableText);
}

/** As `canonicalJson`, with one text for each number, however it was written: values that are equal have equal texts. */
export function identityJson(value: JsonValue): string {
  return sortedJson(value, (number) => String(numberIdentity(number)));
}

function sortedJson(value: JsonValue, numberText: (number: JsonNumber) => string): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (value instanceof JsonNumber) return numberText(value);
  if (Array.isArray(value)) return `[${value.map((item) => sortedJson(item, numberText)).join(',')}]`;
  let members = '';
  for (const key of Object.keys(value).sort()) {
    if (members !== '') members += ',';
    members += `${JSON.stringify(key)}:${sortedJson(value[key] ?? null, numberText)}`;
  }
  return `{${members}}`;
}

/** Returns the SHA-256 (hex) over everything a caller can put into a memory. */
export function contentHash(type: MemoryType, importance: number | null, payload: JsonObject): string {
  return canonicalContentHash(type, importance, canonicalJson(payload));
}

/** Like `contentHash`, for a payload whose canonical text is known. */
export function canonicalContentHash(type: MemoryType, importance: number | null, canonicalPayload: string): string {
  return hash('sha256', `${type}\n${importance ?? ''}\n${canonicalPayload}`, 'hex');
}
