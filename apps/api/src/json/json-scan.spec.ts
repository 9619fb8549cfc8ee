import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { JsonScan, pathToEnd, type JsonBounds } from './json-scan.js';

/** Levels of a JSON value, told by its structure. */
function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

/** All values of a JSON value, itself included; an empty list or object counts for two. */
function valuesOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, inner) => sum + valuesOf(inner), 1) + (isEmpty(value) ? 1 : 0);
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0;
}

function isWithin(text: string, bounds: Partial<JsonBounds>, cut: number): boolean {
  const scan = new JsonScan({ maxDepth: Infinity, maxValues: Infinity, maxKeys: Infinity, ...bounds });
  const bytes = Buffer.from(text);
  const chunks = [bytes.subarray(0, cut), bytes.subarray(cut)];
  return chunks.every((chunk) => scan.feed(chunk) === undefined);
}

describe('the scan of JSON', () => {
  it('counts levels as the parser makes them, wherever the text is cut', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8, stringUnit: 'binary' }), fc.nat(200), (text, cut) => {
        const depth = depthOf(JSON.parse(text));
        expect(isWithin(text, { maxDepth: depth }, cut)).toBe(true);
        if (depth > 0) expect(isWithin(text, { maxDepth: depth - 1 }, cut)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('counts values and keys, wherever the text is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue({ maxDepth: 3 })), fc.nat(100), (list, cut) => {
        const text = JSON.stringify(list);
        const values = valuesOf(list);
        expect(isWithin(text, { maxValues: values }, cut)).toBe(true);
        expect(isWithin(text, { maxValues: values - 2 }, cut)).toBe(false);
      }),
      { numRuns: 200 },
    );
    expect(isWithin('{"a:": 1, "b": {"c": ":"}}', { maxKeys: 3 }, 7)).toBe(true);
    expect(isWithin('{"a:": 1, "b": {"c": ":"}}', { maxKeys: 2 }, 7)).toBe(false);
  });

  it('is not misled by quotes and backslashes', () => {
    expect(isWithin('{"a\\"[[[": "\\\\", "b": "\\\\\\"{{{"}', { maxDepth: 1 }, 9)).toBe(true);
    expect(isWithin('{"a": "\\\\", "b": [1]}', { maxDepth: 1 }, 3)).toBe(false);
  });
});

it.each([
  ['{"payload": {"a": [1, {"b": ', ['payload', 'a', 1, 'b']],
  ['{"items": [{"x": [1, 2]}, {}, {"payload": ', ['items', 2, 'payload']],
  ['{"a\\"b:[": {"c": 1, "d": ', ['a"b:[', 'd']],
  ['{"a": {"b": {"c": {"d": {"e": ', ['a', 'b', 'c', 'd']],
  ['{"a": {"b": 1}, "c": "x", "d":', ['d']],
  ['[[', []],
  ['', []],
])('the path to the end of %s is %j', (text, path) => {
  expect(pathToEnd(text)).toEqual(path);
});
