import { isNumber, MEMORY_TYPES, type JsonNumber } from '@sfm/memory';
import { z } from 'zod';
import { FILTER_RULE } from '../filters/filter-syntax.js';
import { jsonObject } from './json-object.js';

/** Fields that several requests share. */

const COORDINATE_RULE = 'must be an array of finite numbers, or a text of numbers separated by commas';

export const coordinateInput = () =>
  z
    .custom<string | (number | JsonNumber)[]>(
      (value) => typeof value === 'string' || (Array.isArray(value) && value.every(isNumber)),
      COORDINATE_RULE,
    )
    .meta({
      anyOf: [{ type: 'array', items: { type: 'number' }, minItems: 1 }, { type: 'string' }],
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

export const filterInput = () => jsonObject(FILTER_RULE, { tag: 'kitchen', n: { gte: 1, lt: 5 } });

export const timeBounds = {
  created_from: instant('Only memories created at or after this time.').optional(),
  created_before: instant('Only memories created before this time.').optional(),
};
