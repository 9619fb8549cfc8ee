import type { JsonObject, MemoryType } from '@sfm/memory';
import { v1Facets, v2Facets } from './earlier-facets.js';
import { typeFacet } from './facet-names.js';
import { MORE_FACETS, payloadFacets, type PayloadFacet } from './payload-facets.js';

/**
 * Written into a collection's metadata when it is created. Version 1, without a mark, had no facets of objects, lists
 * and strings of more than 64 characters, and no order of strings; version 2 none of what is in objects of lists, and
 * texts and moments as they were written.
 */
export const FACETS_VERSION = 3;

const MAX_FACETS = 1024;
const MAX_V1_FACETS = 256;

/**
 * The values of a point that an equality filter can test, as numbers of one indexed field: any JSON value, of any
 * length, is one. They are cut from cryptographic hashes, so nobody can choose a value that passes for another one;
 * numbers cost the server half as much as words.
 */
export interface Facets {
  readonly numbers: number[];
  /** False when some are missing and `MORE_FACETS` or `longListFacet` represents them. */
  readonly isComplete: boolean;
  /** The places of strings in the order of strings, by `orderField`: what a range of strings is asked of. */
  readonly order: ReadonlyMap<string, number | number[]>;
}

/** @param version of the points: see `FACETS_VERSION` */
export function facetsOf(type: MemoryType, payload: JsonObject, version = FACETS_VERSION): Facets {
  const most = version < 2 ? MAX_V1_FACETS : MAX_FACETS;
  const numbers = new Set([typeFacet(type)]);
  const places = new Map<string, Set<number>>();
  let isComplete = true;
  for (const { facet, isRest, placed } of facetsOfVersion(payload, version)) {
    if (numbers.size >= most && !numbers.has(facet)) {
      numbers.add(MORE_FACETS);
      return { numbers: [...numbers], isComplete: false, order: orderOf(places) };
    }
    numbers.add(facet);
    if (placed) places.set(placed.field, (places.get(placed.field) ?? new Set()).add(placed.place));
    if (isRest) isComplete = false;
  }
  return { numbers: [...numbers], isComplete, order: orderOf(places) };
}

function facetsOfVersion(payload: JsonObject, version: number): Iterable<PayloadFacet> {
  if (version < 2) return v1Facets(payload);
  return version < FACETS_VERSION ? v2Facets(payload) : payloadFacets(payload);
}

/** One place is written as a number. */
function orderOf(places: ReadonlyMap<string, ReadonlySet<number>>): ReadonlyMap<string, number | number[]> {
  return new Map(
    [...places].map(([field, among]) => {
      const [only = 0] = among;
      return [field, among.size === 1 ? only : [...among].sort((a, b) => a - b)];
    }),
  );
}
