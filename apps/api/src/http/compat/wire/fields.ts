import { jsonObject } from '@sfm/edge';
import { MEMORY_TYPES, type JsonObject, type MemoryFilter, type MemoryType } from '@sfm/memory';
import { z } from 'zod';

/** Fields shared by several compatible routes. */

export const coordText = (description = 'Coordinate as text: numbers separated by commas.') =>
  z
    .string()
    .describe(description)
    .meta({ examples: ['1.0,2.0,3.0'] });

export const payloadField = () =>
  jsonObject('What is remembered: any JSON object.', { text: 'The kettle is in the blue cupboard', source: 'kitchen' });

/** Existing clients send `null` and `""` for "not given". */
export const memoryTypeField = (description: string) =>
  z
    .enum([...MEMORY_TYPES, ''])
    .nullish()
    .describe(description);

export const topKField = (otherwise: number) =>
  z.int().min(1).default(otherwise).describe('How many memories to return; at most the configured maximum.');

export const queryField = () =>
  z
    .string()
    .describe('What to look for, in plain words.')
    .meta({ examples: ['kettle'] });

export const typeFilterField = () => memoryTypeField('Only memories of this type; null for both.');

export const filtersField = () =>
  jsonObject('Only memories whose payload has these top-level values.', { source: 'kitchen' })
    .nullish()
    .describe('Only memories whose payload has these top-level values.');

export const hybridField = () =>
  z.boolean().nullish().describe('true: words and vectors; false: vectors alone; null: the configured default.');

/** The type to store; `episodic` unless `semantic` is given. */
export function storedType(type: MemoryType | '' | null | undefined): MemoryType {
  return type === 'semantic' ? 'semantic' : 'episodic';
}

/**
 * Top-level equality on the payload as clients see it, where `memory_type` is the memory's type.
 * Keys are literal: a dot in one is part of the name.
 */
export function equalityFilter(
  type: MemoryType | '' | null | undefined,
  filters?: JsonObject | null,
): MemoryFilter | undefined {
  const { memory_type: typeInFilters, ...rest } = filters ?? {};
  const fromFilters = MEMORY_TYPES.find((known) => known === typeInFilters);
  const equalities = Object.entries(rest).map(([key, equals]) => ({ path: [key], equals }));
  if (typeInFilters !== undefined && !fromFilters) equalities.push({ path: ['memory_type'], equals: typeInFilters });
  const wanted = type || fromFilters;
  if (!wanted && equalities.length === 0) return undefined;
  // Two different types: nothing can match, which the added payload condition ensures.
  if (type && fromFilters && type !== fromFilters) equalities.push({ path: ['memory_type'], equals: fromFilters });
  return { ...(wanted ? { type: wanted } : {}), ...(equalities.length > 0 ? { payload: equalities } : {}) };
}

/** The type to filter by; undefined, meaning no filter, for a type that only clients know. */
export function typeOrNone(type: string | null | undefined): MemoryType | undefined {
  return MEMORY_TYPES.find((known) => known === type);
}
