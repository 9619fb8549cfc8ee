import { identityJson, isNumber, type JsonValue } from '@sfm/memory';

/** A number of 26 bits for a value: equal values have equal codes, and the lowest bits tell its kind. */
export type Code = number;

/** Of a slot without a point. */
export const FREE: Code = 0;
/** Of a point without a value. */
export const ABSENT: Code = 4;
export const FIRST_VALUE: Code = 8;

const [OTHER, NUMBER, STRING, ARRAY] = [0, 1, 2, 3];
const KIND_MASK = 3;
const HASH_BITS = 24;

export const isNumberCode = (code: Code): boolean => (code & KIND_MASK) === NUMBER;
export const isStringCode = (code: Code): boolean => (code & KIND_MASK) === STRING;
export const isArrayCode = (code: Code): boolean => (code & KIND_MASK) === ARRAY;

/** Different values rarely share a code, so a value with the wanted code must still be compared. */
export function codeOf(value: JsonValue | undefined): Code {
  if (value === undefined) return ABSENT;
  if (typeof value === 'string') return coded(value, STRING);
  if (isNumber(value)) return coded(identityJson(value), NUMBER);
  return coded(identityJson(value), Array.isArray(value) ? ARRAY : OTHER);
}

function coded(text: string, kind: number): Code {
  return Math.max(FIRST_VALUE, hashOf(text) * (KIND_MASK + 1)) + kind;
}

/** FNV-1a over UTF-16 units (Fowler, Noll & Vo), folded to `HASH_BITS`. */
function hashOf(text: string): number {
  let hash = 2166136261;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 16777619);
  return ((hash >>> HASH_BITS) ^ hash) & ((1 << HASH_BITS) - 1);
}
