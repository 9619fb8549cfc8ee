import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NestingScan, pathToEnd } from './nesting-scan.js';

/** Levels of a JSON value, told by its structure. */
function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

function isWithin(text: string, maxDepth: number, cut: number): boolean {
  const scan = new NestingScan(maxDepth);
  const bytes = Buffer.from(text);
  const chunks = [bytes.subarray(0, cut), bytes.subarray(cut)];
  return chunks.every((chunk) => scan.feed(chunk) === undefined);
}

describe('the scan of nesting', () => {
  it('counts levels as the parser makes them, wherever the text is cut', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8, stringUnit: 'binary' }), fc.nat(200), (text, cut) => {
        const depth = depthOf(JSON.parse(text));
        expect(isWithin(text, depth, cut)).toBe(true);
        if (depth > 0) expect(isWithin(text, depth - 1, cut)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('is not misled by quotes and backslashes', () => {
    expect(isWithin('{"a\\"[[[": "\\\\", "b": "\\\\\\"{{{"}', 1, 9)).toBe(true);
    expect(isWithin('{"a": "\\\\", "b": [1]}', 1, 3)).toBe(false);
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
