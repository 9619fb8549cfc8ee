import { hash } from 'node:crypto';
import { isJsonObject, type JsonObject, type JsonValue, type MemoryType } from '@sfm/memory';

/** Facets do not distinguish longer strings: nobody filters by equality of whole texts. */
const MAX_VALUE_LENGTH = 64;
const MAX_FACETS = 256;
/** Size of a facet: small enough for a number, large enough that two values of a namespace never collide by chance. */
const FACET_BYTES = 6;

/** Replaces the excess facets of a very wide payload. */
export const MORE_FACETS = 0;

/** A value that a facet can represent: equal facets mean equal values. */
type Scalar = string | number | boolean | null;

/**
 * The values of a point that an equality filter can test, as numbers of one indexed field. They are cut from
 * cryptographic hashes, so nobody can choose a value that passes for another one; numbers cost the server half as much
 * as words.
 */
export interface Facets {
  readonly numbers: number[];
  /** False when some are missing and `MORE_FACETS` represents them. */
  readonly isComplete: boolean;
}

export function isScalar(value: JsonValue): value is Scalar {
  return typeof value === 'string' ? value.length <= MAX_VALUE_LENGTH : value === null || typeof value !== 'object';
}

export function typeFacet(type: MemoryType): number {
  return numbered(`type:${type}`);
}

/** Facet: the point has a value, possibly `null`, at the path. */
export function presenceFacet(path: readonly string[]): number {
  return numbered(`has:${JSON.stringify(path)}`);
}

export function valueFacet(path: readonly string[], value: Scalar): number {
  return numbered(`is:${JSON.stringify(path)}=${JSON.stringify(value)}`);
}

/** Facet: the value at the path is an array with this element. */
export function elementFacet(path: readonly string[], element: Scalar): number {
  return numbered(`in:${JSON.stringify(path)}=${JSON.stringify(element)}`);
}

export function facetsOf(type: MemoryType, payload: JsonObject): Facets {
  const numbers = new Set([typeFacet(type)]);
  for (const facet of payloadFacets(payload)) {
    if (numbers.size === MAX_FACETS && !numbers.has(facet)) {
      numbers.add(MORE_FACETS);
      return { numbers: [...numbers], isComplete: false };
    }
    numbers.add(facet);
  }
  return { numbers: [...numbers], isComplete: true };
}

/** Breadth first, so that in a wide payload outer fields come before nested ones. */
function* payloadFacets(payload: JsonObject): Generator<number> {
  const level: { readonly path: readonly string[]; readonly fields: JsonObject }[] = [{ path: [], fields: payload }];
  for (const { path, fields } of level) {
    for (const [name, value] of Object.entries(fields)) {
      const inner = [...path, name];
      yield presenceFacet(inner);
      if (isJsonObject(value)) level.push({ path: inner, fields: value });
      else if (Array.isArray(value)) for (const element of value.filter(isScalar)) yield elementFacet(inner, element);
      else if (isScalar(value)) yield valueFacet(inner, value);
    }
  }
}

/** Caches facets: most of a point's facets are shared with its neighbours. */
const known = new Map<string, number>();
const MAX_KNOWN = 20_000;

function numbered(facet: string): number {
  const before = known.get(facet);
  if (before !== undefined) return before;
  const number = hash('sha256', facet, 'buffer').readUIntBE(0, FACET_BYTES);
  if (known.size === MAX_KNOWN) known.clear();
  known.set(facet, number);
  return number;
}
