import {
  checkConditionCount,
  checkFilter,
  FILTER_BOUNDS,
  InvalidRequestError,
  isJsonObject,
  tooManyGroups,
  type JsonObject,
  type JsonValue,
  type PayloadCondition,
} from '@sfm/memory';
import { all, fieldConditions } from './filter-operators.js';
import { isGroupKey, splitPath, type Group } from './filter-path.js';

/** Description of the filter syntax for the API document. */
export const FILTER_RULE =
  'Conditions on the payload, all of which must hold: `{"tag": "x"}` equals, or is a list with it; ' +
  '`{"meta.lang": {"in": ["en", "fr"]}}` any of (also `any`; `all`: each of them); `{"n": {"gte": 1, "lt": 5}}` range ' +
  '(also gt, lte) of numbers, times or texts; `{"tag": {"ne": "x"}}` and `nin` exclude; `{"flag": {"exists": true}}` ' +
  'present or absent; `{"name": {"prefix": "Ma"}}`; `{"tags": {"contains": "x"}}` a list with the element; ' +
  '`{"place": {"geo_radius": {"lat": 52.5, "lon": 13.4, "radius_m": 500}}}`; `{"k": {"eq": {…}}}` equals an object. ' +
  '`{"or": [{…}, {…}]}`, `and` and `{"not": {…}}` group filters. A dot in a key steps into an object, or into each ' +
  'object of a list; `\\.` is a plain dot.';

/**
 * Parses the wire form of a filter. Its bounds are those of the core: see `FILTER_BOUNDS`.
 *
 * @throws InvalidRequestError naming the key and operator that are not allowed.
 */
export function parseFilter(filter: JsonObject, field = 'filter'): PayloadCondition[] {
  const payload = conditionsOf(filter, { field, groups: 0 });
  checkFilter({ payload }, field);
  return payload;
}

interface Place {
  readonly field: string;
  /** Groups around it. */
  readonly groups: number;
}

function conditionsOf(filter: JsonObject, { field, groups }: Place): PayloadCondition[] {
  const keys = Object.keys(filter);
  checkConditionCount(keys.length, field);
  if (groups > FILTER_BOUNDS.maxGroups) throw tooManyGroups(field);
  return keys.flatMap((key) => {
    const value = filter[key] ?? null;
    const place = `${field}.${key.slice(0, 80)}`;
    if (isGroupKey(key)) return [groupCondition(key, value, { field: place, groups: groups + 1 })];
    return fieldConditions(splitPath(key, place), value, place);
  });
}

function groupCondition(group: Group, value: JsonValue, place: Place): PayloadCondition {
  const { field, groups } = place;
  if (group === 'not') return { not: all(conditionsOf(filterIn(value, field), place)) };
  if (!Array.isArray(value) || value.length === 0 || value.length > FILTER_BOUNDS.maxConditions) {
    throw new InvalidRequestError(field, `must be an array of 1 to ${FILTER_BOUNDS.maxConditions} filters`);
  }
  const members = value.map((member, index) => {
    const inner = `${field}[${index}]`;
    return all(conditionsOf(filterIn(member, inner), { field: inner, groups }));
  });
  return group === 'or' ? { or: members } : { and: members };
}

function filterIn(value: JsonValue, field: string): JsonObject {
  if (isJsonObject(value) && Object.keys(value).length > 0) return value;
  throw new InvalidRequestError(field, 'must be an object with at least one condition');
}
