import { isJsonObject, type JsonObject } from '@sfm/memory';
import { elementFacet, hasV1Facet, longListFacet, orderFieldOf, presenceFacet, valueFacet } from './facet-names.js';
import { numbered } from './facet-number.js';
import { MAX_ELEMENTS, type PayloadFacet } from './payload-facets.js';
import { remembering } from './plain-value.js';
import { textOrder } from './text-order.js';

/** Those that points of version 1 had. */
export function* v1Facets(payload: JsonObject): Generator<PayloadFacet> {
  const level: { readonly path: readonly string[]; readonly fields: JsonObject }[] = [{ path: [], fields: payload }];
  for (const { path, fields } of level) {
    for (const [name, value] of Object.entries(fields)) {
      const inner = [...path, name];
      yield { facet: presenceFacet(inner) };
      if (isJsonObject(value)) level.push({ path: inner, fields: value });
      if (hasV1Facet(value)) yield { facet: valueFacet(inner, value, false) };
      const elements = Array.isArray(value) ? value.filter(hasV1Facet) : [];
      for (const element of elements) yield { facet: elementFacet(inner, element, false) };
    }
  }
}

/** Those that points of version 2 had. Breadth first, so that in a wide payload outer fields come before nested ones. */
export function* v2Facets(payload: JsonObject): Generator<PayloadFacet> {
  const plainOf = remembering(false);
  const level: { readonly path: readonly string[]; readonly fields: JsonObject }[] = [{ path: [], fields: payload }];
  for (const { path, fields } of level) {
    for (const [name, value] of Object.entries(fields)) {
      const inner = [...path, name];
      const text = JSON.stringify(inner);
      yield { facet: numbered(`has:${text}`) };
      const placed = typeof value === 'string' ? { field: orderFieldOf(text), place: textOrder(value) } : undefined;
      yield { facet: numbered(`is:${text}=${plainOf(value)}`), ...(placed ? { placed } : {}) };
      if (isJsonObject(value)) level.push({ path: inner, fields: value });
      if (!Array.isArray(value)) continue;
      for (const element of value.slice(0, MAX_ELEMENTS)) yield { facet: numbered(`in:${text}=${plainOf(element)}`) };
      if (value.length > MAX_ELEMENTS) yield { facet: longListFacet(inner), isRest: true };
    }
  }
}
