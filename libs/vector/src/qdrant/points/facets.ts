import { hash } from 'node:crypto';
import { isJsonObject, type JsonObject, type JsonValue, type MemoryType } from '@sfm/memory';

/** Longer strings are not told apart by a facet: nobody filters by equality of whole texts. */
const MAX_VALUE_LENGTH = 64;
const MAX_FACETS = 256;
/** Bits of a facet: few enough for a number, so many that two values of a namespace never share one by chance. */
const FACET_BYTES = 6;

/** In the place of facets that a very wide payload has too many of. */
export const MORE_FACETS = 0;

/** A value that a facet can stand for: equality of facets is equality of values. */
type Scalar = string | number | boolean | null;

/**
 * What a filter by equality can ask of a point, as numbers of one indexed field. They are cut from cryptographic hashes,
 * so nobody can choose a value that passes for another one; numbers cost the server half of what words do.
 */
export interface Facets {
  readonly numbers: number[];
  /** False when some are missing and `MORE_FACETS` stands for them. */
  readonly isComplete: boolean;
}

export function isScalar(value: JsonValue): value is Scalar {
  return typeof value === 'string' ? value.length <= MAX_VALUE_LENGTH : value === null || typeof value !== 'object';
}

export function typeFacet(type: MemoryType): number {
  return numbered(`type:${type}`);
}

/** The point has something, `null` included, at the path. */
export function presenceFacet(path: readonly string[]): number {
  return numbered(`has:${JSON.stringify(path)}`);
}

export function valueFacet(path: readonly string[], value: Scalar): number {
  return numbered(`is:${JSON.stringify(path)}=${JSON.stringify(value)}`);
}

/** The value at the path is an array with this element. */
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

/** Breadth first, so that of a wide payload the outer fields come before those deep inside. */
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

/** Most facets of a point are those of its neighbours too. */
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
