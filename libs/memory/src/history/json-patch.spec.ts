import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isJsonObject, type JsonValue } from '../model/json.js';
import { stringifyJson } from '../model/json-number.js';
import { parseJson } from '../model/parse-json.js';
import { patchBetween, type PatchOperation } from './json-patch.js';

const json = (text: string) => parseJson(text) as JsonValue;

/** Applies a patch as RFC 6902 says, independently of how it was made. */
function applied(before: JsonValue, patch: readonly PatchOperation[]): JsonValue {
  const root: JsonValue[] = [structured(before)];
  for (const operation of patch) {
    const steps = operation.path.split('/').map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
    const name = steps.pop() ?? '';
    let holder: JsonValue = steps.length === 0 ? root : (root[0] ?? null);
    for (const step of steps.slice(1)) holder = member(holder, step);
    const place = steps.length === 0 ? '0' : name;
    if (operation.op !== 'add') expect(stringifyJson(member(holder, place))).toBe(stringifyJson(operation.was));
    if (Array.isArray(holder)) {
      holder.splice(Number(place), operation.op === 'add' ? 0 : 1, ...('value' in operation ? [operation.value] : []));
    } else if (isJsonObject(holder)) {
      if (operation.op === 'remove') delete holder[place];
      else
        Object.defineProperty(holder, place, {
          value: operation.value,
          enumerable: true,
          configurable: true,
          writable: true,
        });
    }
  }
  return root[0] ?? null;
}

function member(holder: JsonValue, step: string): JsonValue {
  if (Array.isArray(holder)) return holder[Number(step)] ?? null;
  return isJsonObject(holder) && Object.hasOwn(holder, step) ? (holder[step] ?? null) : null;
}

const structured = (value: JsonValue) => json(stringifyJson(value));
/** Key order is no content. */
const sorted = (value: JsonValue): JsonValue => {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, item]) => [name, sorted(item)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
};

describe('a patch between two values', () => {
  it('turns the one into the other', () => {
    const values = fc.jsonValue({ maxDepth: 4 }).map((value) => json(JSON.stringify(value)));
    fc.assert(
      fc.property(values, values, (before, after) => {
        const result = applied(before, patchBetween(before, after));
        expect(stringifyJson(sorted(result))).toBe(stringifyJson(sorted(structured(after))));
      }),
    );
  });

  it('is empty for the same, and tells notations of a number apart', () => {
    const value = json('{"a":[1.0,{"b":-0}],"__proto__":{"c":1}}');
    expect(patchBetween(value, structured(value))).toEqual([]);
    const [change] = patchBetween(json('{"n":1}'), json('{"n":1.0}'));
    expect(stringifyJson(change)).toBe('{"op":"replace","path":"/n","value":1.0,"was":1}');
  });
});
