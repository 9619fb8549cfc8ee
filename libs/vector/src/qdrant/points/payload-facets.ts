import { instantOf, isJsonObject, type JsonObject, type JsonValue } from '@sfm/memory';
import { comparedText, longListFacet, momentFieldOf, orderFieldOf } from './facet-names.js';
import { numbered } from './facet-number.js';
import { remembering } from './plain-value.js';
import { textOrder } from './text-order.js';

/** Of longer lists, only that they are long is known. */
export const MAX_ELEMENTS = 128;

/** Replaces facets that are missing. */
export const MORE_FACETS = 0;

export interface PayloadFacet {
  readonly facet: number;
  /** It represents others, which are missing. */
  readonly isRest?: boolean;
  /** Where the string that it is a facet of stands among others: a field of the order, and its place in it. */
  readonly placed?: { readonly field: string; readonly place: number };
}

interface Level {
  readonly path: readonly string[];
  readonly fields: JsonObject;
  /** The fields are of an object in a list, or within one. */
  readonly isSpread: boolean;
}

/**
 * Yields what filters can ask of a payload: see `Facets`. Texts in NFC, moments whatever their offset. Breadth first, so
 * that in a wide payload outer fields come before nested ones.
 */
export function* payloadFacets(payload: JsonObject): Generator<PayloadFacet> {
  const plainOf = remembering(true);
  const level: Level[] = [{ path: [], fields: payload, isSpread: false }];
  for (const { path, fields, isSpread } of level) {
    for (const [name, value] of Object.entries(fields)) {
      const inner = [...path, name];
      const text = JSON.stringify(inner);
      yield { facet: numbered(`has:${text}`) };
      if (isSpread) yield { facet: numbered(`spread:${text}`) };
      yield { facet: numbered(`is:${text}=${comparedText(value, plainOf)}`) };
      yield* placesOf(value, text);
      if (isJsonObject(value)) level.push({ path: inner, fields: value, isSpread });
      if (!Array.isArray(value)) continue;
      for (const element of value.slice(0, MAX_ELEMENTS)) {
        yield { facet: numbered(`in:${text}=${comparedText(element, plainOf)}`) };
        yield* placesOf(element, text);
        if (isJsonObject(element)) level.push({ path: inner, fields: element, isSpread: true });
      }
      if (value.length > MAX_ELEMENTS) yield { facet: longListFacet(inner), isRest: true };
      // What is in them would have facets of other paths.
      if (value.slice(MAX_ELEMENTS).some(isJsonObject)) yield { facet: MORE_FACETS, isRest: true };
    }
  }
}

/** Every text has a place among texts, and a moment one among moments. */
function* placesOf(value: JsonValue, pathText: string): Generator<PayloadFacet> {
  if (typeof value !== 'string') return;
  const facet = numbered(`has:${pathText}`);
  yield { facet, placed: { field: orderFieldOf(pathText), place: textOrder(value.normalize()) } };
  const moment = instantOf(value);
  if (moment) yield { facet, placed: { field: momentFieldOf(pathText), place: moment.seconds } };
}
