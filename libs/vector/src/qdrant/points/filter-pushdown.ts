import type { Schemas } from '@qdrant/js-client-rest';
import type { JsonValue, MemoryFilter, PayloadCondition, RangeBounds } from '@sfm/memory';
import { elementFacet, isScalar, MORE_FACETS, presenceFacet, typeFacet, valueFacet } from './facets.js';
import { OWN_FIELD, WRITTEN_FIELDS } from './point-codec.js';

export type QdrantFilter = Schemas['Filter'];
export type QdrantCondition = Schemas['Condition'];

/** A Qdrant filter that accepts every point the memory filter accepts, and perhaps more. */
export interface PushedFilter {
  readonly must: QdrantCondition[];
  readonly must_not: QdrantCondition[];
  /** It accepts no other points, except those with incomplete facets. */
  readonly isExact: boolean;
  /** Payload fields that it tests against a range of numbers. */
  readonly ranges: string[];
}

const FACETS = `${OWN_FIELD}.facets`;
const CREATED_AT = `${OWN_FIELD}.created_at`;
const PLAIN_KEY = /^[A-Za-z0-9_-]+$/;

/** The part of a condition that Qdrant can evaluate by itself. */
interface PushedCondition {
  readonly must?: QdrantCondition;
  readonly mustNot?: QdrantCondition;
  readonly range?: string;
  readonly isExact: boolean;
}

export function pushDown(filter: MemoryFilter | undefined): PushedFilter {
  const must: QdrantCondition[] = [];
  const must_not: QdrantCondition[] = [];
  const ranges: string[] = [];
  let isExact = true;
  if (filter?.type !== undefined) must.push({ key: FACETS, match: { value: typeFacet(filter.type) } });
  if (filter?.createdFrom !== undefined) must.push({ key: CREATED_AT, range: { gte: filter.createdFrom } });
  if (filter?.createdBefore !== undefined) must.push({ key: CREATED_AT, range: { lt: filter.createdBefore } });
  for (const condition of filter?.payload ?? []) {
    const pushed = pushCondition(condition);
    if (pushed.must) must.push(pushed.must);
    if (pushed.mustNot) must_not.push(pushed.mustNot);
    if (pushed.range !== undefined) ranges.push(pushed.range);
    isExact &&= pushed.isExact;
  }
  return { must, must_not, isExact, ranges };
}

/** Restricts a request in a shared collection to one namespace. */
export function inNamespace(namespace: string): { readonly key: string; readonly match: { readonly value: string } } {
  return { key: `${OWN_FIELD}.namespace`, match: { value: namespace } };
}

function pushCondition(condition: PayloadCondition): PushedCondition {
  const { path } = condition;
  // An empty path is the payload itself, which no facet represents.
  if (path.length === 0) return { isExact: false };
  if ('exists' in condition) return pushPresence(path, condition.exists);
  if ('equals' in condition) return pushValues(path, [condition.equals], valueFacet);
  if ('anyOf' in condition) return pushValues(path, condition.anyOf, valueFacet);
  if ('contains' in condition) return pushValues(path, [condition.contains], elementFacet);
  return pushRange(path, condition.range);
}

function pushPresence(path: readonly string[], isWanted: boolean): PushedCondition {
  if (isWanted) return { must: anyFacet([presenceFacet(path)]), isExact: true };
  return { mustNot: { key: FACETS, match: { value: presenceFacet(path) } }, isExact: true };
}

function pushValues(path: readonly string[], values: readonly JsonValue[], facet: typeof valueFacet): PushedCondition {
  const scalars = values.filter(isScalar);
  if (scalars.length < values.length) return { must: anyFacet([presenceFacet(path)]), isExact: false };
  return { must: anyFacet(scalars.map((value) => facet(path, value))), isExact: true };
}

/** In Qdrant, a range also holds when an element of an array is within it. Qdrant has no ranges for strings. */
function pushRange(path: readonly string[], { gt, gte, lt, lte }: RangeBounds): PushedCondition {
  const present = { must: anyFacet([presenceFacet(path)]), isExact: false };
  const key = jsonPath(path);
  const bounds = Object.entries({ gt, gte, lt, lte }).filter(([, bound]) => bound !== undefined);
  if (key === undefined || bounds.length === 0 || bounds.some(([, bound]) => typeof bound !== 'number')) return present;
  return { must: { key, range: Object.fromEntries(bounds) }, range: key, isExact: false };
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
