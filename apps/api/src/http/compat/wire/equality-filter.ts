import { MEMORY_TYPES, type JsonObject, type MemoryFilter, type MemoryType } from '@sfm/memory';

/**
 * Top-level equality on the payload as clients see it, where `memory_type` is the memory's type.
 * Keys are literal: a dot in one is part of the name.
 */
export function equalityFilter(type: MemoryType | undefined, filters: JsonObject = {}): MemoryFilter | undefined {
  const { memory_type: typeInFilters, ...rest } = filters;
  const fromFilters = MEMORY_TYPES.find((known) => known === typeInFilters);
  const equalities = Object.entries(rest).map(([key, equals]) => ({ path: [key], equals }));
  if (typeInFilters !== undefined && !fromFilters) equalities.push({ path: ['memory_type'], equals: typeInFilters });
  const wanted = type ?? fromFilters;
  if (!wanted && equalities.length === 0) return undefined;
  // Two different types: nothing can match, which the added payload condition ensures.
  if (type && fromFilters && type !== fromFilters) equalities.push({ path: ['memory_type'], equals: fromFilters });
  return { ...(wanted ? { type: wanted } : {}), ...(equalities.length > 0 ? { payload: equalities } : {}) };
}
