import { expect, it } from '@jest/globals';
import { assertBounded, lineBounds } from './line-bounds.js';

const BOUNDS = lineBounds({ maxBytes: 1000, maxDepth: 2 });
const keys = (count: number) => `{${Array.from({ length: count }, (_, index) => `"k${index}":1`).join()}}`;

it.each([
  ['brackets', '['.repeat(11), /at most 10 levels/],
  ['values', `[${'1,'.repeat(60_000)}1]`, /at most 60000 values/],
  ['keys', keys(20_001), /at most 20000 keys/],
])('a record of too many %s is refused before it is parsed', (_, text, message) => {
  expect(() => assertBounded(text, BOUNDS)).toThrow(message);
});

it.each([
  ['as deep as may be', '['.repeat(10) + ']'.repeat(10)],
  ['brackets after each other', `[${'[],'.repeat(1000)}[]]`],
  ['what only looks like more', JSON.stringify({ a: '[{:,"\\'.repeat(50_000) })],
  ['as many keys as may be', keys(20_000)],
  ['a text that nobody closes', '"\\'],
])('%s is left to the parser', (_, text) => {
  expect(() => assertBounded(text, BOUNDS)).not.toThrow();
});
