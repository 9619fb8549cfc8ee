import { isJsonObject, jsonEquals, type JsonObject, type JsonValue } from '../../../model/json.js';
import { foldCase, oneSpelling } from '../../../text/literal-match.js';
import type { KeywordBoost } from '../../contract/recall.types.js';

/** Returns the share of the context's entries that the payload has with the same value, 0..1. */
export function sharedContext(context: JsonObject, payload: JsonObject): number {
  const keys = Object.keys(context);
  const shared = keys.filter((key) => Object.hasOwn(payload, key) && jsonEquals(context[key], payload[key]));
  return keys.length === 0 ? 0 : shared.length / keys.length;
}

/** Returns how many of the terms occur in the payload's strings. */
export function keywordMatches({ terms, exact, caseSensitive }: KeywordBoost, payload: JsonObject): number {
  const spelling = caseSensitive ? oneSpelling : foldCase;
  const wanted = new Set(terms.map(spelling));
  wanted.delete('');
  const found = new Set<string>();
  for (const text of stringsOf(payload)) {
    const spelled = spelling(text);
    if (exact) {
      if (wanted.has(spelled)) found.add(spelled);
      continue;
    }
    for (const term of wanted) if (spelled.includes(term)) found.add(term);
  }
  return found.size;
}

function* stringsOf(value: JsonValue): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (Array.isArray(value)) for (const item of value) yield* stringsOf(item);
  else if (isJsonObject(value)) for (const item of Object.values(value)) yield* stringsOf(item);
}
