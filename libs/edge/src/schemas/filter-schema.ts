import { FILTER_BOUNDS, PLACE_BOUNDS } from '@sfm/memory';
import { STORABLE_VALUE } from './json-object.js';

const TEXT = { type: 'string' as const, pattern: String.raw`^[^\u0000]*$` };
const BOUND = { anyOf: [{ type: 'number' }, TEXT] };

const listOf = (most: number, description: string) => ({
  type: 'array',
  minItems: 1,
  maxItems: most,
  items: STORABLE_VALUE,
  description,
});
const degrees = (most: number) => ({ type: 'number', minimum: -most, maximum: most });

const OPERATORS = {
  eq: { ...STORABLE_VALUE, description: 'Equals, or is a list with it.' },
  ne: { ...STORABLE_VALUE, description: 'Not `eq`; also where the field is absent.' },
  in: listOf(FILTER_BOUNDS.maxChoices, 'Any of, or a list with any of them.'),
  nin: listOf(FILTER_BOUNDS.maxChoices, 'Not `in`; also where the field is absent.'),
  any: listOf(FILTER_BOUNDS.maxChoices, 'The same as `in`.'),
  all: listOf(4, 'A list with each of them.'),
  contains: { ...STORABLE_VALUE, description: 'A list with the element.' },
  exists: { type: 'boolean', description: 'Present, or absent.' },
  prefix: { ...TEXT, description: 'A text that begins so.' },
  gt: { ...BOUND, description: 'Greater.' },
  gte: { ...BOUND, description: 'Greater or equal.' },
  lt: { ...BOUND, description: 'Less.' },
  lte: { ...BOUND, description: 'Less or equal.' },
  geo_radius: {
    type: 'object',
    description: 'A place, `{"lat": …, "lon": …}`, at most so many metres away.',
    required: ['lat', 'lon', 'radius_m'],
    additionalProperties: false,
    properties: {
      lat: { ...degrees(PLACE_BOUNDS.lat), description: 'Latitude in degrees, north above 0.' },
      lon: { ...degrees(PLACE_BOUNDS.lon), description: 'Longitude in degrees, east above 0.' },
      radius_m: { type: 'number', exclusiveMinimum: 0, maximum: 2.1e7, description: 'In metres.' },
    },
  },
};

const FIELD = {
  anyOf: [
    { type: 'string' as const, pattern: String.raw`^[^\u0000]*$` },
    { type: 'number' as const },
    { type: ['boolean' as const, 'null' as const] },
    { type: 'array' as const, items: STORABLE_VALUE },
    {
      type: 'object' as const,
      minProperties: 1,
      additionalProperties: false,
      properties: {
        ...OPERATORS,
        not: {
          type: 'object',
          minProperties: 1,
          additionalProperties: false,
          properties: OPERATORS,
          description: 'Operators that do not all hold; or a value, as `ne`.',
        },
      },
    },
  ],
};

/** A filter of fields alone. */
const FIELDS = (most: number) => ({
  type: 'object' as const,
  minProperties: 1,
  maxProperties: most,
  // Steps without backslashes, which escape dots; groups have names of their own.
  propertyNames: { pattern: String.raw`^(?!(?:and|or|not)$)[^.\\\u0000]+(\.[^.\\\u0000]+)*$` },
  additionalProperties: FIELD,
});

const members = (description: string) => ({
  type: 'array' as const,
  minItems: 1,
  maxItems: 4,
  items: FIELDS(2),
  description: `${description} Members may be grouped themselves, ${FILTER_BOUNDS.maxGroups} deep.`,
});

/**
 * The filter syntax as a JSON Schema, for the API document; `parseFilter` decides. Groups are shown one deep and of few
 * members, so that whatever it allows is within the bounds.
 */
export const FILTER_SCHEMA = {
  type: 'object' as const,
  maxProperties: FILTER_BOUNDS.maxConditions,
  propertyNames: { pattern: String.raw`^[^.\\\u0000]+(\.[^.\\\u0000]+)*$` },
  properties: {
    and: members('Filters that all hold.'),
    or: members('Filters of which one holds.'),
    not: { ...FIELDS(4), description: 'A filter that does not hold.' },
  },
  additionalProperties: FIELD,
};
