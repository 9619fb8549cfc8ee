import { isJsonObject, isNumber, MEMORY_TYPES, type JsonNumber, type JsonObject } from '@sfm/memory';
import { z } from 'zod';
import { FILTER_RULE } from '../filters/filter-syntax.js';
import { FILTER_SCHEMA } from './filter-schema.js';
import { jsonObject } from './json-object.js';

/** Fields that several requests share. */

/** Digits that every double can hold, so that no two texts of this form become one coordinate. */
const PLAIN_NUMBER = String.raw`-?([0-9]{1,8}(\.[0-9]{1,7})?|0\.[0-9]{1,15})`;

/** Texts that are a coordinate for certain, for the API document. Doubles are read in any notation. */
export const COORDINATE_PATTERN = `^ ?${PLAIN_NUMBER}( ?, ?${PLAIN_NUMBER}){0,15} ?$`;

/** Texts that can be searched for, for the API document: not blank, and without NUL. */
export const SEARCHABLE_PATTERN = String.raw`^[^\u0000]*[^\s\ufeff\u0000][^\u0000]*$`;

/** A coordinate as a list of numbers, for the API document. */
export const COORDINATE_LIST = {
  type: 'array' as const,
  items: { type: 'number' as const, minimum: -Number.MAX_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
  minItems: 1,
  'x-at-most': 'maxDimensions',
};

const COORDINATE_RULE = 'must be an array of finite numbers, or a text of numbers separated by commas';

export const coordinateInput = () =>
  z
    .custom<string | (number | JsonNumber)[]>(
      (value) => typeof value === 'string' || (Array.isArray(value) && value.every(isNumber)),
      COORDINATE_RULE,
    )
    .meta({
      anyOf: [COORDINATE_LIST, { type: 'string', pattern: COORDINATE_PATTERN }],
      description: 'Where the memory lives: a list of finite numbers, or the same as text.',
      examples: [[1, 2, 3], '1,2,3'],
    });

export const memoryType = (description: string) => z.enum(MEMORY_TYPES).describe(description);

export const payloadInput = () =>
  jsonObject('What is remembered: any JSON object; given back untouched.', {
    text: 'The kettle is in the blue cupboard',
  });

export const instant = (description: string) =>
  z.iso
    .datetime({ offset: true, error: 'must be an ISO 8601 date and time with zone, like 2026-01-31T12:00:00Z' })
    .describe(description)
    .meta({ examples: ['2026-01-31T12:00:00Z'] });

/** The moment of a read of the past. */
export const knownAtField = () =>
  instant(
    'Answers as at this time, except for what has been deleted or has expired since; not in the future, and not before ' +
      'the namespace had anything.',
  ).optional();

const DAY = '((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))';
const TIME = String.raw`([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])`;
/** Dates that no service of this version has behind it: from 2027 on. */
const AHEAD = `^(202[7-9]|20[3-9][0-9]|2[1-9][0-9][0-9]|[3-9][0-9][0-9][0-9])-${DAY}T${TIME}$`;
/** The rest of the year in which this version was made. */
const THIS_YEAR = `^2026-12-(0[2-9]|[12][0-9]|30)T${TIME}$`;

/** An instant that must not be past, for the API document as far as a pattern can tell. */
export const futureInstant = (description: string) =>
  instant(description).meta({ pattern: `${AHEAD}|${THIS_YEAR}`, examples: ['2099-12-31T23:59:59Z'] });

export const filterInput = () =>
  z
    .custom<JsonObject>(isJsonObject, 'must be a JSON object')
    .meta({ ...FILTER_SCHEMA, description: FILTER_RULE, examples: [{ tag: 'kitchen', n: { gte: 1, lt: 5 } }] });

export const timeBounds = {
  created_from: instant('Only memories created at or after this time.').optional(),
  created_before: instant('Only memories created before this time.').optional(),
};
