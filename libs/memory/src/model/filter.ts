import { compareNumbers } from './decimal.js';
import { isJsonObject, isNumber, jsonEquals, type JsonObject, type JsonValue } from './json.js';
import type { JsonNumber } from './json-number.js';
import type { MemoryType } from './memory.js';

/** One end of a range. */
export type RangeBound = number | JsonNumber | string;

/**
 * Bounds of a range; numbers compare as numbers (see `compareNumbers`), strings by code point. A value of the other
 * kind never matches.
 */
export interface RangeBounds {
  readonly gt?: RangeBound;
  readonly gte?: RangeBound;
  readonly lt?: RangeBound;
  readonly lte?: RangeBound;
}

/** One condition on the payload value at `path` (object keys, outermost first). Paths do not descend into arrays. */
export type PayloadCondition =
  | { readonly path: readonly string[]; readonly equals: JsonValue }
  | { readonly path: readonly string[]; readonly anyOf: readonly JsonValue[] }
  /** The value is an array that contains this element. */
  | { readonly path: readonly string[]; readonly contains: JsonValue }
  | { readonly path: readonly string[]; readonly range: RangeBounds }
  /** Present, `null` included. */
  | { readonly path: readonly string[]; readonly exists: boolean };

/** All parts must hold. Times are epoch milliseconds of `createdAt`. */
export interface MemoryFilter {
  readonly type?: MemoryType;
  readonly createdFrom?: number;
  readonly createdBefore?: number;
  readonly payload?: readonly PayloadCondition[];
}

/** The fields of a memory that a filter examines. */
export interface Filterable {
  readonly type: MemoryType;
  readonly createdAtMs: number;
  readonly payload: JsonObject;
}

/** One part of a filter: a field of the memory, or the path of a condition on its payload. */
export type FilterPart = 'type' | 'createdFrom' | 'createdBefore' | { readonly path: readonly string[] };

/** Defines filter semantics: adapters that push a filter down must agree with this function. */
export function matchesFilter(filter: MemoryFilter | undefined, subject: Filterable): boolean {
  if (!filter) return true;
  if (filter.type !== undefined && filter.type !== subject.type) return false;
  if (filter.createdFrom !== undefined && subject.createdAtMs < filter.createdFrom) return false;
  if (filter.createdBefore !== undefined && subject.createdAtMs >= filter.createdBefore) return false;
  return (filter.payload ?? []).every((condition) => matchesCondition(condition, subject.payload));
}

/** Returns the parts of the filter that the subject does not match. */
export function unmatchedParts(filter: MemoryFilter, subject: Filterable): readonly FilterPart[] {
  const { type, createdFrom, createdBefore, payload = [] } = filter;
  const parts: readonly (readonly [FilterPart, MemoryFilter])[] = [
    ...(type === undefined ? [] : [['type', { type }] as const]),
    ...(createdFrom === undefined ? [] : [['createdFrom', { createdFrom }] as const]),
    ...(createdBefore === undefined ? [] : [['createdBefore', { createdBefore }] as const]),
    ...payload.map((condition) => [{ path: condition.path }, { payload: [condition] }] as const),
  ];
  return parts.filter(([, part]) => !matchesFilter(part, subject)).map(([name]) => name);
}

function matchesCondition(condition: PayloadCondition, payload: JsonObject): boolean {
  const value = valueAt(payload, condition.path);
  if ('exists' in condition) return (value !== undefined) === condition.exists;
  if (value === undefined) return false;
  if ('equals' in condition) return jsonEquals(value, condition.equals);
  if ('anyOf' in condition) return condition.anyOf.some((allowed) => jsonEquals(value, allowed));
  if ('contains' in condition) {
    return Array.isArray(value) && value.some((element) => jsonEquals(element, condition.contains));
  }
  return withinRange(value, condition.range);
}

/** Returns the value at a path of object keys, `undefined` when any step is missing. */
export function valueAt(payload: JsonObject, path: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = payload;
  for (const step of path) {
    if (!isJsonObject(value) || !Object.hasOwn(value, step)) return undefined;
    value = value[step];
  }
  return value;
}

function withinRange(value: JsonValue, { gt, gte, lt, lte }: RangeBounds): boolean {
  if (!isNumber(value) && typeof value !== 'string') return false;
  return (
    (gt === undefined || (order(value, gt) ?? 0) > 0) &&
    (gte === undefined || (order(value, gte) ?? -1) >= 0) &&
    (lt === undefined || (order(value, lt) ?? 0) < 0) &&
    (lte === undefined || (order(value, lte) ?? 1) <= 0)
  );
}

/** Returns the sign of the comparison; undefined when the values are of different kinds. */
function order(a: RangeBound, b: RangeBound): number | undefined {
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b);
  if (typeof a === 'string' && typeof b === 'string') return compareCodePoints(a, b);
  return undefined;
}

/**
 * Orders strings by Unicode code point, like a database with the C collation (JavaScript's `<` orders UTF-16 units).
 */
export function compareCodePoints(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  let index = 0;
  while (index < shorter && a.charCodeAt(index) === b.charCodeAt(index)) index++;
  if (index === shorter) return a.length - b.length;
  // A difference in the second half of a surrogate pair is one of the whole code points.
  const start = index > 0 && isLeadingSurrogate(a.charCodeAt(index - 1)) ? index - 1 : index;
  const difference = codePointAt(a, start) - codePointAt(b, start);
  return difference === 0 ? codePointAt(a, index) - codePointAt(b, index) : difference;
}

function isLeadingSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function codePointAt(text: string, index: number): number {
  return text.codePointAt(index) ?? 0;
}
