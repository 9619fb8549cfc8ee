import { MEMORY_TYPES, type JsonObject, type MemoryFilter, type MemoryType } from '@sfm/memory';
import { z } from 'zod';
import type { RequestLimits } from '../../requests/request-limits.js';
import { jsonObject } from '../../requests/wire-types.js';
import { FILTER_RULE, parseFilter } from './filter-syntax.js';

/** Fields that several v1 routes share. */

const COORDINATE_RULE = 'must be an array of finite numbers, or a text of numbers separated by commas';

export const coordinateInput = () =>
  z
    .custom<string | number[]>(
      (value) => typeof value === 'string' || (Array.isArray(value) && value.every((part) => typeof part === 'number')),
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

/** The parts of a request that narrow what is searched. */
export interface FilterFields {
  readonly type?: MemoryType | undefined;
  readonly created_from?: string | undefined;
  readonly created_before?: string | undefined;
  readonly filter?: JsonObject | undefined;
}

/** @throws InvalidRequestError naming the condition that is not allowed. */
export function toMemoryFilter(fields: FilterFields, limits: RequestLimits): MemoryFilter | undefined {
  const payload = fields.filter ? parseFilter(limits.json(fields.filter, 'filter')) : [];
  const filter: MemoryFilter = {
    ...(fields.type ? { type: fields.type } : {}),
    ...(fields.created_from ? { createdFrom: Date.parse(fields.created_from) } : {}),
    ...(fields.created_before ? { createdBefore: Date.parse(fields.created_before) } : {}),
    ...(payload.length > 0 ? { payload } : {}),
  };
  return Object.keys(filter).length > 0 ? filter : undefined;
}
