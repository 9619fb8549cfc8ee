import type { Schemas } from '@qdrant/js-client-rest';
import { groupedIn, isGroup, type MemoryFilter, type PayloadCondition, type ValidityQuery } from '@sfm/memory';
import { typeFacet } from './facet-names.js';
import { HIT_FIELDS, OWN_FIELD, VALIDITY_FIELDS, WRITTEN_FIELDS } from './point-codec.js';
import { FACETS, jsonPath, pushCondition, type PushdownOptions, type QdrantCondition } from './pushed-condition.js';

export type QdrantFilter = Schemas['Filter'];

/** A Qdrant filter that accepts every point the memory filter accepts, and perhaps more. */
export interface PushedFilter {
  readonly must: QdrantCondition[];
  readonly must_not: QdrantCondition[];
  /** It accepts no other points, except those with incomplete facets. */
  readonly isExact: boolean;
  /** The fields of a stored payload to fetch in order to check a point; true for all of them. */
  readonly checked: true | { readonly include: string[] };
}

const CREATED_AT = `${OWN_FIELD}.created_at`;

export function pushDown(filter: MemoryFilter | undefined, options: PushdownOptions): PushedFilter {
  const must: QdrantCondition[] = [];
  if (filter?.type !== undefined) must.push({ key: FACETS, match: { value: typeFacet(filter.type) } });
  if (filter?.createdFrom !== undefined) must.push({ key: CREATED_AT, range: { gte: filter.createdFrom } });
  if (filter?.createdBefore !== undefined) must.push({ key: CREATED_AT, range: { lt: filter.createdBefore } });
  const conditions = filter?.payload ?? [];
  const pushed = conditions.map((condition) => pushCondition(condition, options));
  for (const { accepts } of pushed) if (accepts) must.push(accepts);
  return {
    must,
    must_not: [],
    isExact: pushed.every(({ isExact }) => isExact),
    checked: checkedFields(conditions),
  };
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

/** Whole payloads can be a thousand times as large as the fields that a filter looks at. */
function checkedFields(conditions: readonly PayloadCondition[]): PushedFilter['checked'] {
  const include = [...HIT_FIELDS, `${OWN_FIELD}.original`, `${OWN_FIELD}.written`, CREATED_AT, 'memory_type'];
  for (const [first = ''] of pathsOf(conditions)) {
    if (WRITTEN_FIELDS.includes(first)) continue;
    // The whole field: what is in lists has paths of its own.
    const field = jsonPath([first]);
    if (field === undefined) return true;
    include.push(field);
  }
  return { include };
}

function pathsOf(conditions: readonly PayloadCondition[]): readonly (readonly string[])[] {
  return conditions.flatMap((condition) => (isGroup(condition) ? pathsOf(groupedIn(condition)) : [condition.path]));
}
