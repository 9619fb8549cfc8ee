import { isJsonObject, isNumber, type JsonValue } from '../model/json.js';
import { stringifyJson } from '../model/json-number.js';

/** One operation of a JSON Patch (RFC 6902), with the value that it replaces or removes beside it. */
export type PatchOperation =
  | { readonly op: 'add'; readonly path: string; readonly value: JsonValue }
  | { readonly op: 'remove'; readonly path: string; readonly was: JsonValue }
  | { readonly op: 'replace'; readonly path: string; readonly value: JsonValue; readonly was: JsonValue };

/**
 * Returns the operations that turn one value into the other, to be applied in order. Numbers are compared as they are
 * written: `1.0` is not `1`. Lists are compared place by place.
 */
export function patchBetween(before: JsonValue, after: JsonValue, path = ''): readonly PatchOperation[] {
  if (isJsonObject(before) && isJsonObject(after)) {
    const gone = Object.keys(before).filter((name) => !Object.hasOwn(after, name));
    return [
      ...gone.map((name): PatchOperation => ({ op: 'remove', path: at(path, name), was: before[name] ?? null })),
      ...Object.entries(after).flatMap(([name, value]): readonly PatchOperation[] =>
        Object.hasOwn(before, name)
          ? patchBetween(before[name] ?? null, value, at(path, name))
          : [{ op: 'add', path: at(path, name), value }],
      ),
    ];
  }
  if (Array.isArray(before) && Array.isArray(after)) return patchOfLists(before, after, path);
  return isSame(before, after) ? [] : [{ op: 'replace', path, value: after, was: before }];
}

/** What follows the shorter list is added at its end, or removed from the end on, so that every place is still right. */
function patchOfLists(
  before: readonly JsonValue[],
  after: readonly JsonValue[],
  path: string,
): readonly PatchOperation[] {
  const shared = Math.min(before.length, after.length);
  const gone = before.slice(shared).map((was, index): PatchOperation => {
    return { op: 'remove', path: at(path, shared + index), was };
  });
  return [
    ...after.slice(0, shared).flatMap((value, index) => patchBetween(before[index] ?? null, value, at(path, index))),
    ...gone.reverse(),
    ...after.slice(shared).map((value, index): PatchOperation => {
      return { op: 'add', path: at(path, shared + index), value };
    }),
  ];
}

function isSame(one: JsonValue, other: JsonValue): boolean {
  if (one === other) return true;
  return isNumber(one) && isNumber(other) && stringifyJson(one) === stringifyJson(other);
}

/** A JSON Pointer (RFC 6901). */
function at(path: string, name: string | number): string {
  return `${path}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
