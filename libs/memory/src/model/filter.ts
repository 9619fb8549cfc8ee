import { equalsWanted } from './comparable.js';
import { compareNumbers } from './decimal.js';
import { valuesAt, withElements } from './filter-values.js';
import { isWithin, type GeoCircle } from './geo.js';
import { compareInstants, instantOf } from './instant.js';
import { isJsonObject, isNumber, type JsonObject, type JsonValue } from './json.js';
import type { JsonNumber } from './json-number.js';
import type { MemoryType } from './memory.js';

/** One end of a range. */
export type RangeBound = number | JsonNumber | string;

/**
 * Bounds of a range. Numbers compare as numbers (see `compareNumbers`), texts that are moments with moments (see
 * `instantOf`), and other texts with all texts, by code point in NFC. A value of another kind never matches.
 */
export interface RangeBounds {
  readonly gt?: RangeBound;
  readonly gte?: RangeBound;
  readonly lt?: RangeBound;
  readonly lte?: RangeBound;
}

/**
 * A condition on the values at `path` (object keys, outermost first; into each object of a list). It holds when it holds
 * for one of the values, or for one element of a value that is a list.
 */
export type FieldCondition =
  | { readonly path: readonly string[]; readonly equals: JsonValue }
  | { readonly path: readonly string[]; readonly anyOf: readonly JsonValue[] }
  /** A value is an array that contains this element. */
  | { readonly path: readonly string[]; readonly contains: JsonValue }
  | { readonly path: readonly string[]; readonly range: RangeBounds }
  /** A text that begins with this one, whatever the Unicode form of both. */
  | { readonly path: readonly string[]; readonly prefix: string }
  /** A place, `{lat, lon}`, in this circle. */
  | { readonly path: readonly string[]; readonly within: GeoCircle }
  /** Present, `null` included. */
  | { readonly path: readonly string[]; readonly exists: boolean };

/** Conditions of which all, one or none must hold. */
export type ConditionGroup =
  | { readonly and: readonly PayloadCondition[] }
  | { readonly or: readonly PayloadCondition[] }
  | { readonly not: PayloadCondition };

/** One condition on a payload. */
export type PayloadCondition = FieldCondition | ConditionGroup;

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

/** One part of a filter: a field of the memory, the path of a condition on its payload, or the name of a group of them. */
export type FilterPart =
  | 'type'
  | 'createdFrom'
  | 'createdBefore'
  | { readonly path: readonly string[] }
  | { readonly group: 'and' | 'or' | 'not' };

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
    ...payload.map((condition) => [nameOf(condition), { payload: [condition] }] as const),
  ];
  return parts.filter(([, part]) => !matchesFilter(part, subject)).map(([name]) => name);
}

function nameOf(condition: PayloadCondition): FilterPart {
  if ('and' in condition) return { group: 'and' };
  if ('or' in condition) return { group: 'or' };
  if ('not' in condition) return 'path' in condition.not ? { path: condition.not.path } : { group: 'not' };
  return { path: condition.path };
}

function matchesCondition(condition: PayloadCondition, payload: JsonObject): boolean {
  if ('and' in condition) return condition.and.every((each) => matchesCondition(each, payload));
  if ('or' in condition) return condition.or.some((each) => matchesCondition(each, payload));
  if ('not' in condition) return !matchesCondition(condition.not, payload);
  const values = valuesAt(payload, condition.path);
  if ('exists' in condition) return values.length > 0 === condition.exists;
  if ('contains' in condition) {
    return values.some(
      (value) => Array.isArray(value) && value.some((element) => equalsWanted(element, condition.contains)),
    );
  }
  return withElements(values).some((value) => matchesValue(condition, value));
}

type ValueCondition = Exclude<FieldCondition, { readonly exists: boolean } | { readonly contains: JsonValue }>;

function matchesValue(condition: ValueCondition, value: JsonValue): boolean {
  if ('equals' in condition) return equalsWanted(value, condition.equals);
  if ('anyOf' in condition) return condition.anyOf.some((wanted) => equalsWanted(value, wanted));
  if ('prefix' in condition) {
    return typeof value === 'string' && value.normalize().startsWith(condition.prefix.normalize());
  }
  if ('within' in condition) return isWithin(value, condition.within);
  return withinRange(value, condition.range);
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

/** Returns the sign of the comparison with a bound; undefined when the value is of another kind. */
function order(value: RangeBound, bound: RangeBound): number | undefined {
  if (isNumber(value) && isNumber(bound)) return compareNumbers(value, bound);
  if (typeof value !== 'string' || typeof bound !== 'string') return undefined;
  const moment = instantOf(bound);
  if (!moment) return compareCodePoints(value.normalize(), bound.normalize());
  const own = instantOf(value);
  return own && compareInstants(own, moment);
}

/** Returns the value at a path of object keys, `undefined` when any step is missing. Does not step into lists. */
export function valueAt(payload: JsonObject, path: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = payload;
  for (const step of path) {
    if (!isJsonObject(value) || !Object.hasOwn(value, step)) return undefined;
    value = value[step];
  }
  return value;
}

/** Whether a condition is a group of others. */
export function isGroup(condition: PayloadCondition): condition is ConditionGroup {
  return !('path' in condition);
}

/** Returns the conditions of a group. */
export function groupedIn(group: ConditionGroup): readonly PayloadCondition[] {
  if ('and' in group) return group.and;
  return 'or' in group ? group.or : [group.not];
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
