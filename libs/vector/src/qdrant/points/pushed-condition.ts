import type { Schemas } from '@qdrant/js-client-rest';
import {
  instantOf,
  isGroup,
  isNumber,
  isOfOneForm,
  JsonNumber,
  toDouble,
  type ConditionGroup,
  type FieldCondition,
  type JsonValue,
  type PayloadCondition,
  type RangeBounds,
} from '@sfm/memory';
import { prefixBounds, textBounds, type TextBounds } from '../../search/text-bounds.js';
import { FACETS_VERSION } from './facets.js';
import {
  elementFacet,
  hasV1Facet,
  longListFacet,
  momentField,
  orderField,
  presenceFacet,
  spreadFacet,
  valueFacet,
} from './facet-names.js';
import { MORE_FACETS } from './payload-facets.js';
import { OWN_FIELD, WRITTEN_FIELDS } from './point-codec.js';
import { textOrder } from './text-order.js';

export type QdrantCondition = Schemas['Condition'];

/** What the points of a collection can be asked. */
export interface PushdownOptions {
  /** See `FACETS_VERSION`. */
  readonly facetsVersion: number;
  /** Whether the server may be asked for a range of a field's numbers: without an index it reads every payload. */
  readonly canRange: (field: string) => boolean;
}

export const FACETS = `${OWN_FIELD}.facets`;
const ORDER = `${OWN_FIELD}.order`;
/** No point has it. */
const NO_FACET = -1;
const PLAIN_KEY = /^[A-Za-z0-9_-]+$/;
/** What Qdrant can say of a condition by itself. */
export interface PushedCondition {
  /** Holds for every point that the condition holds for, and perhaps for more; undefined for every point. */
  readonly accepts?: QdrantCondition;
  /** Holds for no point that the condition does not hold for, and perhaps for fewer; undefined for none. */
  readonly proves?: QdrantCondition;
  /** Both say the same of points whose facets are complete. */
  readonly isExact: boolean;
}

const UNKNOWN: PushedCondition = { isExact: false };

export function pushCondition(condition: PayloadCondition, options: PushdownOptions): PushedCondition {
  return isGroup(condition) ? pushGroup(condition, options) : pushField(condition, options);
}

function pushGroup(group: ConditionGroup, options: PushdownOptions): PushedCondition {
  if ('not' in group) {
    const { accepts, proves, isExact } = pushCondition(group.not, options);
    return {
      ...(proves ? { accepts: { must_not: [proves] } } : {}),
      ...(accepts ? { proves: { must_not: [accepts] } } : {}),
      isExact,
    };
  }
  const pushed = ('and' in group ? group.and : group.or).map((each) => pushCondition(each, options));
  const accepted = pushed.flatMap(({ accepts }) => (accepts ? [accepts] : []));
  const proven = pushed.flatMap(({ proves }) => (proves ? [proves] : []));
  const isExact = pushed.every((each) => each.isExact);
  if ('and' in group) {
    return {
      ...(accepted.length > 0 ? { accepts: { must: accepted } } : {}),
      ...(proven.length === pushed.length ? { proves: { must: proven } } : {}),
      isExact,
    };
  }
  return {
    ...(accepted.length === pushed.length ? { accepts: oneOf(accepted) } : {}),
    ...(proven.length > 0 ? { proves: oneOf(proven) } : {}),
    isExact,
  };
}

function pushField(condition: FieldCondition, options: PushdownOptions): PushedCondition {
  const { path } = condition;
  // An empty path is the payload itself, which no facet represents.
  if (path.length === 0) return UNKNOWN;
  if (options.facetsVersion < FACETS_VERSION) return pushEarlier(condition, options);
  if ('exists' in condition) return pushPresence(path, condition.exists);
  if ('equals' in condition) return pushValues(path, [condition.equals]);
  if ('anyOf' in condition) return pushValues(path, condition.anyOf);
  if ('contains' in condition) return facets([elementFacet(path, condition.contains)], [longListFacet(path)]);
  if ('prefix' in condition) return pushTexts(path, prefixBounds(condition.prefix), options);
  if ('within' in condition) return present(path);
  return pushRange(path, condition.range, options);
}

function pushPresence(path: readonly string[], isWanted: boolean): PushedCondition {
  const has = facets([presenceFacet(path)]);
  return isWanted ? has : { accepts: without(has.proves), proves: without(has.accepts), isExact: true };
}

function pushValues(path: readonly string[], values: readonly JsonValue[]): PushedCondition {
  return facets(
    values.flatMap((value) => [valueFacet(path, value), elementFacet(path, value)]),
    values.length > 0 ? [longListFacet(path)] : [],
  );
}

/**
 * Points of earlier versions tell nothing of what is in objects of lists, and have texts as they were written: they are
 * asked of outer fields, and of values that are written in one way only.
 */
function pushEarlier(condition: FieldCondition, { facetsVersion }: PushdownOptions): PushedCondition {
  const [first = '', ...others] = condition.path;
  const isOuter = others.length === 0;
  if ('exists' in condition)
    return isOuter ? pushPresence([first], condition.exists) : condition.exists ? present([first]) : UNKNOWN;
  const values = 'equals' in condition ? [condition.equals] : 'anyOf' in condition ? condition.anyOf : undefined;
  const isKnown = (value: JsonValue) => isWrittenOnce(value) && (facetsVersion > 1 || hasV1Facet(value));
  return values && isOuter && values.every(isKnown) ? pushValues([first], values) : present([first]);
}

function isWrittenOnce(value: JsonValue): boolean {
  if (typeof value === 'string') return isOfOneForm(value);
  return value === null || typeof value !== 'object' || value instanceof JsonNumber;
}

function pushRange(path: readonly string[], range: RangeBounds, options: PushdownOptions): PushedCondition {
  const bounds = Object.values<JsonValue | undefined>({ ...range }).filter((bound) => bound !== undefined);
  const kinds = new Set(bounds.map((bound) => isNumber(bound)));
  // No value is within bounds of both kinds.
  if (kinds.size > 1) return facets([]);
  if (kinds.has(true)) return pushNumbers(path, range, options);
  if (!kinds.has(false)) return present(path);
  const moments = momentRange(range);
  if (!moments) return pushTexts(path, textBounds(range) ?? {}, options);
  const key = `${ORDER}.${momentField(path)}`;
  return options.canRange(key) ? inOrder(path, { key, range: moments }) : present(path);
}

/** Returns bounds in seconds, both included; undefined for a range without moments. */
function momentRange({ gt, gte, lt, lte }: RangeBounds): { readonly gte?: number; readonly lte?: number } | undefined {
  const [least, most] = [seconds(gt, gte), seconds(lt, lte)];
  if (least.length + most.length === 0) return undefined;
  return {
    ...(least.length > 0 ? { gte: Math.max(...least) } : {}),
    ...(most.length > 0 ? { lte: Math.min(...most) } : {}),
  };
}

function seconds(...bounds: readonly (JsonValue | undefined)[]): number[] {
  return bounds.flatMap((bound) => (typeof bound === 'string' ? (instantOf(bound)?.seconds ?? []) : []));
}

/**
 * In Qdrant, a range also holds when an element of an array is within it; it does not look into objects of lists. Its
 * numbers are rounded to doubles: two that differ may be equal there, so a bound always belongs to the range.
 */
function pushNumbers(
  path: readonly string[],
  { gt, gte, lt, lte }: RangeBounds,
  { canRange }: PushdownOptions,
): PushedCondition {
  const key = jsonPath(path);
  if (key === undefined || !canRange(key)) return present(path);
  const least = doubles(gt, gte);
  const most = doubles(lt, lte);
  const range = {
    ...(least.length > 0 ? { gte: Math.max(...least) } : {}),
    ...(most.length > 0 ? { lte: Math.min(...most) } : {}),
  };
  return { accepts: oneOf([{ key, range }, anyFacet([spreadFacet(path), MORE_FACETS])]), isExact: false };
}

function doubles(...bounds: readonly (JsonValue | undefined)[]): number[] {
  return bounds.map(toDouble).filter((bound) => bound !== undefined);
}

/** Qdrant has no ranges of strings, but of their places in the order of strings: several can share one. */
function pushTexts(path: readonly string[], { from, to }: TextBounds, { canRange }: PushdownOptions): PushedCondition {
  const key = `${ORDER}.${orderField(path)}`;
  const isOrdered = [from, to].every((bound) => bound?.isWellFormed() !== false);
  if (!isOrdered || (from === undefined && to === undefined) || !canRange(key)) return present(path);
  const range = {
    ...(from === undefined ? {} : { gte: textOrder(from) }),
    ...(to === undefined ? {} : { lte: textOrder(to) }),
  };
  return inOrder(path, { key, range });
}

function inOrder(path: readonly string[], condition: QdrantCondition): PushedCondition {
  return { accepts: oneOf([condition, anyFacet([longListFacet(path), MORE_FACETS])]), isExact: false };
}

/** For what the server cannot test: points that have the field are fetched and checked. */
function present(path: readonly string[]): PushedCondition {
  return { accepts: anyFacet([presenceFacet(path), MORE_FACETS]), isExact: false };
}

/** @param maybe facets of points that may have one of the others, beside those whose facets are incomplete */
function facets(wanted: readonly number[], maybe: readonly number[] = []): PushedCondition {
  return { accepts: anyFacet([...wanted, ...maybe, MORE_FACETS]), proves: anyFacet(wanted), isExact: true };
}

function anyFacet(numbers: readonly number[]): QdrantCondition {
  return { key: FACETS, match: { any: numbers.length === 0 ? [NO_FACET] : [...numbers] } };
}

function oneOf(conditions: QdrantCondition[]): QdrantCondition {
  // Without any, `should` accepts all.
  return conditions.length === 0 ? anyFacet([]) : { should: conditions };
}

function without(condition: QdrantCondition | undefined): QdrantCondition {
  return { must_not: condition ? [condition] : [] };
}

/**
 * Returns the path in Qdrant's notation; undefined when it cannot be expressed or the stored value is not the caller's.
 */
export function jsonPath(path: readonly string[]): string | undefined {
  if (WRITTEN_FIELDS.includes(path[0] ?? '') || path.some((key) => key === '' || key.includes('"'))) return undefined;
  return path.map((key) => (PLAIN_KEY.test(key) ? key : `"${key}"`)).join('.');
}
