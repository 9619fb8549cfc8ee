import type { Schemas } from '@qdrant/js-client-rest';
import {
  isNumber,
  toDouble,
  type JsonValue,
  type MemoryFilter,
  type PayloadCondition,
  type RangeBounds,
  type ValidityQuery,
} from '@sfm/memory';
import {
  elementFacet,
  FACETS_VERSION,
  hasV1Facet,
  longListFacet,
  MORE_FACETS,
  orderField,
  presenceFacet,
  typeFacet,
  valueFacet,
} from './facets.js';
import { textOrder } from './text-order.js';
import { HIT_FIELDS, OWN_FIELD, VALIDITY_FIELDS, WRITTEN_FIELDS } from './point-codec.js';

export type QdrantFilter = Schemas['Filter'];
export type QdrantCondition = Schemas['Condition'];

/** A Qdrant filter that accepts every point the memory filter accepts, and perhaps more. */
export interface PushedFilter {
  readonly must: QdrantCondition[];
  readonly must_not: QdrantCondition[];
  /** It accepts no other points, except those with incomplete facets. */
  readonly isExact: boolean;
  /** The fields of a stored payload to fetch in order to check a point; true for all of them. */
  readonly checked: true | { readonly include: string[] };
}

/** What the points of a collection can be asked. */
export interface PushdownOptions {
  /** See `FACETS_VERSION`. */
  readonly facetsVersion: number;
  /** Whether the server may be asked for a range of a field's numbers: without an index it reads every payload. */
  readonly canRange: (field: string) => boolean;
}

const FACETS = `${OWN_FIELD}.facets`;
const CREATED_AT = `${OWN_FIELD}.created_at`;
const ORDER = `${OWN_FIELD}.order`;
const PLAIN_KEY = /^[A-Za-z0-9_-]+$/;

/** The part of a condition that Qdrant can evaluate by itself. */
interface PushedCondition {
  readonly must?: QdrantCondition;
  readonly mustNot?: QdrantCondition;
  readonly isExact: boolean;
}

export function pushDown(filter: MemoryFilter | undefined, options: PushdownOptions): PushedFilter {
  const must: QdrantCondition[] = [];
  const must_not: QdrantCondition[] = [];
  let isExact = true;
  if (filter?.type !== undefined) must.push({ key: FACETS, match: { value: typeFacet(filter.type) } });
  if (filter?.createdFrom !== undefined) must.push({ key: CREATED_AT, range: { gte: filter.createdFrom } });
  if (filter?.createdBefore !== undefined) must.push({ key: CREATED_AT, range: { lt: filter.createdBefore } });
  for (const condition of filter?.payload ?? []) {
    const pushed = pushCondition(condition, options);
    if (pushed.must) must.push(pushed.must);
    if (pushed.mustNot) must_not.push(pushed.mustNot);
    isExact &&= pushed.isExact;
  }
  return { must, must_not, isExact, checked: checkedFields(filter?.payload ?? []) };
}

/** Returns the conditions of points that do not hold at a time. A point without the fields always holds. */
export function outsideValidity(valid: ValidityQuery | undefined): QdrantCondition[] {
  if (!valid) return [];
  const { atMs, withSuperseded } = valid;
  const field = (name: (typeof VALIDITY_FIELDS)[number]) => `${OWN_FIELD}.${name}`;
  return [
    { key: field('valid_from'), range: { gt: atMs } },
    { key: field('valid_to'), range: { lte: atMs } },
    ...(withSuperseded ? [] : [{ key: field('superseded_at'), range: { lte: atMs } }]),
  ];
}

/** Restricts a request in a shared collection to one namespace. */
export function inNamespace(namespace: string): { readonly key: string; readonly match: { readonly value: string } } {
  return { key: `${OWN_FIELD}.namespace`, match: { value: namespace } };
}

function pushCondition(condition: PayloadCondition, options: PushdownOptions): PushedCondition {
  const { path } = condition;
  // An empty path is the payload itself, which no facet represents.
  if (path.length === 0) return { isExact: false };
  if ('exists' in condition) return pushPresence(path, condition.exists);
  if ('equals' in condition) return pushValues(path, [condition.equals], options);
  if ('anyOf' in condition) return pushValues(path, condition.anyOf, options);
  if ('contains' in condition) return pushElement(path, condition.contains, options);
  return pushRange(path, condition.range, options);
}

function pushPresence(path: readonly string[], isWanted: boolean): PushedCondition {
  if (isWanted) return { must: anyFacet([presenceFacet(path)]), isExact: true };
  return { mustNot: { key: FACETS, match: { value: presenceFacet(path) } }, isExact: true };
}

function pushValues(
  path: readonly string[],
  values: readonly JsonValue[],
  { facetsVersion }: PushdownOptions,
): PushedCondition {
  if (facetsVersion < FACETS_VERSION && !values.every(hasV1Facet)) return present(path);
  return { must: anyFacet(values.map((value) => valueFacet(path, value))), isExact: true };
}

function pushElement(path: readonly string[], element: JsonValue, { facetsVersion }: PushdownOptions): PushedCondition {
  if (facetsVersion < FACETS_VERSION && !hasV1Facet(element)) return present(path);
  return { must: anyFacet([elementFacet(path, element), longListFacet(path)]), isExact: true };
}

function pushRange(path: readonly string[], range: RangeBounds, options: PushdownOptions): PushedCondition {
  const bounds = Object.entries(range).filter(([, bound]) => bound !== undefined);
  const kinds = new Set(bounds.map(([, bound]) => (isNumber(bound) ? 'number' : 'string')));
  // No value is within bounds of both kinds.
  if (kinds.size > 1) return { must: anyFacet([]), isExact: true };
  if (kinds.has('number')) return pushNumbers(path, range, options);
  if (kinds.has('string')) return pushStrings(path, range, options);
  return present(path);
}

/**
 * In Qdrant, a range also holds when an element of an array is within it. Its numbers are rounded to doubles: two that
 * differ may be equal there, so a bound always belongs to the range.
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
  return { must: { key, range }, isExact: false };
}

function doubles(...bounds: readonly (JsonValue | undefined)[]): number[] {
  return bounds.map(toDouble).filter((bound) => bound !== undefined);
}

/** Qdrant has no ranges of strings, but of their places in the order of strings: several can share one. */
function pushStrings(
  path: readonly string[],
  { gt, gte, lt, lte }: RangeBounds,
  { canRange, facetsVersion }: PushdownOptions,
): PushedCondition {
  const key = `${ORDER}.${orderField(path)}`;
  const [from, to] = [gte ?? gt, lte ?? lt];
  const bounds = [from, to].filter((bound) => typeof bound === 'string');
  const isOrdered = facetsVersion >= FACETS_VERSION && bounds.every((bound) => bound.isWellFormed());
  if (!isOrdered || !canRange(key)) return present(path);
  const range = {
    ...(typeof from === 'string' ? { gte: textOrder(from) } : {}),
    ...(typeof to === 'string' ? { lte: textOrder(to) } : {}),
  };
  return { must: { should: [{ key, range }, anyFacet([])] }, isExact: false };
}

/** For what the server cannot test: points that have the field are fetched and checked. */
function present(path: readonly string[]): PushedCondition {
  return { must: anyFacet([presenceFacet(path)]), isExact: false };
}

/** Whole payloads can be a thousand times as large as the fields that a filter looks at. */
function checkedFields(conditions: readonly PayloadCondition[]): PushedFilter['checked'] {
  const include = [...HIT_FIELDS, `${OWN_FIELD}.original`, `${OWN_FIELD}.written`, CREATED_AT, 'memory_type'];
  for (const { path } of conditions) {
    if (WRITTEN_FIELDS.includes(path[0] ?? '')) continue;
    const field = jsonPath(path);
    if (field === undefined || field === '') return true;
    include.push(field);
  }
  return { include };
}

function anyFacet(facets: readonly number[]): QdrantCondition {
  return { key: FACETS, match: { any: [...facets, MORE_FACETS] } };
}

/**
 * Returns the path in Qdrant's notation; undefined when it cannot be expressed or the stored value is not the caller's.
 */
function jsonPath(path: readonly string[]): string | undefined {
  if (WRITTEN_FIELDS.includes(path[0] ?? '') || path.some((key) => key === '' || key.includes('"'))) return undefined;
  return path.map((key) => (PLAIN_KEY.test(key) ? key : `"${key}"`)).join('.');
}
