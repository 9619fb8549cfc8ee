import { hash } from 'node:crypto';
import { identityJson, isJsonObject, withComposedNames, type JsonObject, type JsonValue } from '@sfm/memory';

/** Values of at most this many characters of JSON stand for themselves, longer ones by their hash. */
const MAX_PLAIN_LENGTH = 512;

/**
 * Returns a function from values to short texts, equal for equal values: their JSON, or a hash where that is
 * long. Those of objects and lists are made of their members' texts and remembered, so that nesting costs nothing.
 *
 * @param inOneForm whether texts that differ in nothing but their Unicode form are equal: see `composed`
 */
export function remembering(inOneForm: boolean): (value: JsonValue) => string {
  const known = new Map<JsonValue, string>();
  const plainOf = (value: JsonValue): string => {
    if (typeof value === 'string' && inOneForm) return shortened(identityJson(value.normalize()));
    if (!Array.isArray(value) && !isJsonObject(value)) return shortened(identityJson(value));
    const before = known.get(value);
    if (before !== undefined) return before;
    const text = shortened(Array.isArray(value) ? listed(value) : membered(value));
    known.set(value, text);
    return text;
  };
  const listed = (list: readonly JsonValue[]) => `[${list.map(plainOf).join(',')}]`;
  const membered = (object: JsonObject) => {
    const members = Object.entries(inOneForm ? withComposedNames(object) : object).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([key, value]) => `${JSON.stringify(key)}:${plainOf(value)}`).join(',')}}`;
  };
  return plainOf;
}

/** A hash cannot be taken for JSON. */
function shortened(text: string): string {
  return text.length <= MAX_PLAIN_LENGTH ? text : `#${hash('sha256', text, 'hex')}`;
}
