import { JsonNumber, type JsonValue } from '@sfm/memory';

/** Size of a list element, an object entry or a number, in addition to its text. */
const NODE_BYTES = 32;

/** Estimates the heap size of a value: accurate enough to bound a cache, and much cheaper than serialising. */
export function approximateBytes(value: JsonValue): number {
  if (typeof value === 'string') return NODE_BYTES + 2 * value.length;
  if (typeof value !== 'object' || value === null) return NODE_BYTES;
  if (value instanceof JsonNumber) return 2 * NODE_BYTES + 2 * value.text.length;
  let bytes = NODE_BYTES;
  if (Array.isArray(value)) {
    for (const item of value) bytes += approximateBytes(item);
    return bytes;
  }
  for (const [name, item] of Object.entries(value)) bytes += 2 * name.length + approximateBytes(item);
  return bytes;
}
