import { createHash } from 'node:crypto';
import { isJsonObject, type JsonObject, type JsonValue, type MemoryType } from '@sfm/memory';

/** Longer strings are not told apart by a facet: nobody filters by equality of whole texts. */
const MAX_VALUE_LENGTH = 128;
const MAX_TOKEN_LENGTH = 64;
const MAX_FACETS = 256;

/** In the place of facets that a very wide payload has too many of. */
export const MORE_FACETS = '*';

/** A value that a facet can stand for: equality of facets is equality of values. */
type Scalar = string | number | boolean | null;

/** What a filter by equality can ask of a point, as words of one indexed field. */
export interface Facets {
  readonly words: readonly string[];
  /** False when some are missing and `MORE_FACETS` stands for them. */
  readonly isComplete: boolean;
}

export function isScalar(value: JsonValue): value is Scalar {
  return typeof value === 'string' ? value.length <= MAX_VALUE_LENGTH : value === null || typeof value !== 'object';
}

export function typeFacet(type: MemoryType): string {
  return `type:${type}`;
}

/** The point has something, `null` included, at the path. */
export function presenceFacet(path: readonly string[]): string {
  return shortened(`has:${JSON.stringify(path)}`);
}

export function valueFacet(path: readonly string[], value: Scalar): string {
  return shortened(`is:${JSON.stringify(path)}=${JSON.stringify(value)}`);
}

/** The value at the path is an array with this element. */
export function elementFacet(path: readonly string[], element: Scalar): string {
  return shortened(`in:${JSON.stringify(path)}=${JSON.stringify(element)}`);
}

export function facetsOf(type: MemoryType, payload: JsonObject): Facets {
  const words = new Set([typeFacet(type)]);
  for (const word of payloadFacets(payload, [])) {
    if (words.size === MAX_FACETS && !words.has(word)) {
      words.add(MORE_FACETS);
      return { words: [...words], isComplete: false };
    }
    words.add(word);
  }
  return { words: [...words], isComplete: true };
}

/** Breadth first, so that of a wide payload the outer fields come before those deep inside. */
function* payloadFacets(payload: JsonObject, at: readonly string[]): Generator<string> {
  const level: { readonly path: readonly string[]; readonly fields: JsonObject }[] = [{ path: at, fields: payload }];
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

function shortened(word: string): string {
  return word.length <= MAX_TOKEN_LENGTH ? word : `#${createHash('sha256').update(word).digest('base64url')}`;
}
