import { instantOf, JsonNumber, type JsonValue, type MemoryType } from '@sfm/memory';
import { numbered } from './facet-number.js';
import { remembering } from './plain-value.js';

/** Version 1 had facets of plain values up to this length alone. */
const MAX_V1_LENGTH = 64;

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

/** Facet: a value at the path is this one. @param inOneForm as points have it from version 3 on */
export function valueFacet(path: readonly string[], value: JsonValue, inOneForm = true): number {
  return numbered(`is:${JSON.stringify(path)}=${comparedText(value, remembering(inOneForm), inOneForm)}`);
}

/** Facet: a value at the path is an array with this element. */
export function elementFacet(path: readonly string[], element: JsonValue, inOneForm = true): number {
  return numbered(`in:${JSON.stringify(path)}=${comparedText(element, remembering(inOneForm), inOneForm)}`);
}

/** Returns the text by which a value is compared: a moment is the same whatever its offset. */
export function comparedText(value: JsonValue, plainOf: (value: JsonValue) => string, inOneForm = true): string {
  const moment = typeof value === 'string' && inOneForm ? instantOf(value) : undefined;
  return moment ? `@${moment.seconds}.${moment.fraction}` : plainOf(value);
}

/** Facet: a value at the path is an array with more elements than have facets. */
export function longListFacet(path: readonly string[]): number {
  return numbered(`long:${JSON.stringify(path)}`);
}

/** Facet: a value at the path is in an object of a list. */
export function spreadFacet(path: readonly string[]): number {
  return numbered(`spread:${JSON.stringify(path)}`);
}

/** Returns the name, within the order, of the strings at a path. */
export function orderField(path: readonly string[]): string {
  return orderFieldOf(JSON.stringify(path));
}

/** @param pathText the JSON of the path */
export function orderFieldOf(pathText: string): string {
  return numbered(`order:${pathText}`).toString(36);
}

/** Returns the name, within the order, of the moments at a path: seconds since 1970. */
export function momentField(path: readonly string[]): string {
  return momentFieldOf(JSON.stringify(path));
}

/** @param pathText the JSON of the path */
export function momentFieldOf(pathText: string): string {
  return numbered(`moment:${pathText}`).toString(36);
}
