import { hash } from 'node:crypto';
import { identityJson, isJsonObject, JsonNumber, type JsonObject, type JsonValue, type MemoryType } from '@sfm/memory';
import { textOrder } from './text-order.js';

/**
 * Written into a collection's metadata when it is created. Version 1, without a mark, had no facets of objects, lists
 * and strings of more than 64 characters, and no order of strings.
 */
export const FACETS_VERSION = 2;

/** Version 1 had facets of plain values up to this length alone. */
const MAX_V1_LENGTH = 64;
/** Values of at most this many characters of JSON stand for themselves, longer ones by their hash. */
const MAX_PLAIN_LENGTH = 512;
const MAX_FACETS = 1024;
const MAX_V1_FACETS = 256;
/** Of longer lists, only that they are long is known. */
const MAX_ELEMENTS = 128;
/** Size of a facet: small enough for a number, large enough that two values of a namespace never collide by chance. */
const FACET_BYTES = 6;

/** Replaces the excess facets of a very wide payload. */
export const MORE_FACETS = 0;

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
  readonly order: ReadonlyMap<string, number>;
}

/** Whether points of version 1 have a facet for the value. */
export function hasV1Facet(value: JsonValue): boolean {
  if (typeof value === 'string') return value.length <= MAX_V1_LENGTH;
  return value === null || typeof value !== 'object' || value instanceof JsonNumber;
}

export function typeFacet(type: MemoryType): number {
  return numbered(`type:${type}`);
}

/** Facet: the point has a value, possibly `null`, at the path. */
export function presenceFacet(path: readonly string[]): number {
  return numbered(`has:${JSON.stringify(path)}`);
}

export function valueFacet(path: readonly string[], value: JsonValue): number {
  return numbered(`is:${JSON.stringify(path)}=${plain(value)}`);
}

/** Facet: the value at the path is an array with this element. */
export function elementFacet(path: readonly string[], element: JsonValue): number {
  return numbered(`in:${JSON.stringify(path)}=${plain(element)}`);
}

/** Facet: the value at the path is an array with more elements than have facets. */
export function longListFacet(path: readonly string[]): number {
  return numbered(`long:${JSON.stringify(path)}`);
}

/** @param version of the points: see `FACETS_VERSION` */
export function facetsOf(type: MemoryType, payload: JsonObject, version = FACETS_VERSION): Facets {
  const isV1 = version < FACETS_VERSION;
  const most = isV1 ? MAX_V1_FACETS : MAX_FACETS;
  const numbers = new Set([typeFacet(type)]);
  const order = new Map<string, number>();
  let isComplete = true;
  for (const { facet, isRest, placed } of isV1 ? v1Facets(payload) : payloadFacets(payload)) {
    if (numbers.size >= most && !numbers.has(facet)) {
      numbers.add(MORE_FACETS);
      return { numbers: [...numbers], isComplete: false, order };
    }
    numbers.add(facet);
    if (placed) order.set(placed.field, textOrder(placed.text));
    if (isRest) isComplete = false;
  }
  return { numbers: [...numbers], isComplete, order };
}

/** Returns the name, within the order, of the string at a path. */
export function orderField(path: readonly string[]): string {
  return fieldNamed(JSON.stringify(path));
}

function fieldNamed(pathText: string): string {
  return numbered(`order:${pathText}`).toString(36);
}

interface PayloadFacet {
  readonly facet: number;
  /** It represents others, which are missing. */
  readonly isRest?: boolean;
  /** The string that it is a facet of. */
  readonly placed?: { readonly field: string; readonly text: string };
}

/** Those that points of version 1 had. */
function* v1Facets(payload: JsonObject): Generator<PayloadFacet> {
  const level: { readonly path: readonly string[]; readonly fields: JsonObject }[] = [{ path: [], fields: payload }];
  for (const { path, fields } of level) {
    for (const [name, value] of Object.entries(fields)) {
      const inner = [...path, name];
      yield { facet: presenceFacet(inner) };
      if (isJsonObject(value)) level.push({ path: inner, fields: value });
      if (hasV1Facet(value)) yield { facet: valueFacet(inner, value) };
      const elements = Array.isArray(value) ? value.filter(hasV1Facet) : [];
      for (const element of elements) yield { facet: elementFacet(inner, element) };
    }
  }
}

/** Breadth first, so that in a wide payload outer fields come before nested ones. */
function* payloadFacets(payload: JsonObject): Generator<PayloadFacet> {
  const plainOf = remembering();
  const level: { readonly path: readonly string[]; readonly fields: JsonObject }[] = [{ path: [], fields: payload }];
  for (const { path, fields } of level) {
    for (const [name, value] of Object.entries(fields)) {
      const inner = [...path, name];
      const text = JSON.stringify(inner);
      yield { facet: numbered(`has:${text}`) };
      const placed = typeof value === 'string' ? { field: fieldNamed(text), text: value } : undefined;
      yield { facet: numbered(`is:${text}=${plainOf(value)}`), ...(placed ? { placed } : {}) };
      if (isJsonObject(value)) level.push({ path: inner, fields: value });
      if (!Array.isArray(value)) continue;
      for (const element of value.slice(0, MAX_ELEMENTS)) yield { facet: numbered(`in:${text}=${plainOf(element)}`) };
      if (value.length > MAX_ELEMENTS) yield { facet: longListFacet(inner), isRest: true };
    }
  }
}

function plain(value: JsonValue): string {
  return remembering()(value);
}

/**
 * Returns a function from values to short texts, equal for equal values: their JSON, or a hash where that is
 * long. Those of objects and lists are made of their members' texts and remembered, so that nesting costs nothing.
 */
function remembering(): (value: JsonValue) => string {
  const known = new Map<JsonValue, string>();
  const plainOf = (value: JsonValue): string => {
    if (!Array.isArray(value) && !isJsonObject(value)) return shortened(identityJson(value));
    const before = known.get(value);
    if (before !== undefined) return before;
    const text = shortened(Array.isArray(value) ? listed(value) : membered(value));
    known.set(value, text);
    return text;
  };
  const listed = (list: readonly JsonValue[]) => `[${list.map(plainOf).join(',')}]`;
  const membered = (object: JsonObject) => {
    const members = Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([key, value]) => `${JSON.stringify(key)}:${plainOf(value)}`).join(',')}}`;
  };
  return plainOf;
}

/** A hash cannot be taken for JSON. */
function shortened(text: string): string {
  return text.length <= MAX_PLAIN_LENGTH ? text : `#${hash('sha256', text, 'hex')}`;
}

/** Caches facets: most of a point's facets are shared with its neighbours, except those of long values. */
const known = new Map<string, number>();
const MAX_KNOWN = 20_000;
const MAX_KNOWN_LENGTH = 128;

function numbered(facet: string): number {
  const before = known.get(facet);
  if (before !== undefined) return before;
  const number = hash('sha256', facet, 'buffer').readUIntBE(0, FACET_BYTES);
  if (facet.length > MAX_KNOWN_LENGTH) return number;
  if (known.size === MAX_KNOWN) known.clear();
  known.set(facet, number);
  return number;
}
