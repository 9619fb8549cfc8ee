import { hash } from 'node:crypto';
import type { JsonObject, JsonValue } from './json.js';
import type { MemoryType } from './memory.js';

/**
 * Returns JSON text with object keys in code-unit order, so that equal values have equal texts whatever their key
 * order.
 */
export function canonicalJson(value: JsonValue): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  let members = '';
  for (const key of Object.keys(value).sort()) {
    if (members !== '') members += ',';
    members += `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`;
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
