import { describe, expect, it } from '@jest/globals';
import { InvalidRequestError, type JsonObject } from '@sfm/memory';
import { parseFilter } from './filter-syntax.js';

describe('a filter reads', () => {
  it.each<[JsonObject, unknown]>([
    [{ tag: 'x' }, { path: ['tag'], equals: 'x' }],
    [{ tag: null }, { path: ['tag'], equals: null }],
    [{ tag: ['a', 1] }, { path: ['tag'], equals: ['a', 1] }],
    [{ 'a.b.c': 1 }, { path: ['a', 'b', 'c'], equals: 1 }],
    [{ 'a\\.b': 1 }, { path: ['a.b'], equals: 1 }],
    [{ 'a\\\\.b': 1 }, { path: ['a\\', 'b'], equals: 1 }],
    [{ 'a\\b': 1 }, { path: ['a\\b'], equals: 1 }],
    [{ k: { eq: { in: [1] } } }, { path: ['k'], equals: { in: [1] } }],
    [{ k: { in: ['a', null] } }, { path: ['k'], anyOf: ['a', null] }],
    [{ k: { contains: { a: 1 } } }, { path: ['k'], contains: { a: 1 } }],
    [{ k: { exists: false } }, { path: ['k'], exists: false }],
    [{ k: { gte: 1, lt: 5 } }, { path: ['k'], range: { gte: 1, lt: 5 } }],
    [{ k: { gt: 'a', lte: 'b' } }, { path: ['k'], range: { gt: 'a', lte: 'b' } }],
  ])('%j', (filter, condition) => {
    expect(parseFilter(filter)).toEqual([condition]);
  });

  it('several operators and keys as conditions that all must hold', () => {
    expect(parseFilter({ a: { exists: true, gt: 1 }, b: 2 })).toEqual([
      { path: ['a'], exists: true },
      { path: ['a'], range: { gt: 1 } },
      { path: ['b'], equals: 2 },
    ]);
  });
});

describe('a filter is refused, with its place,', () => {
  it.each<[JsonObject, string, RegExp]>([
    [{ a: { near: 1 } }, 'filter.a.near', /not an operator; allowed: eq, in/],
    [{ a: {} }, 'filter.a', /must name an operator/],
    [{ '': 1 }, 'filter.', /non-empty keys/],
    [{ 'a..b': 1 }, 'filter.a..b', /non-empty keys/],
    [{ a: { in: [] } }, 'filter.a.in', /1 to 1000/],
    [{ a: { exists: 1 } }, 'filter.a.exists', /true or false/],
    [{ a: { gt: null } }, 'filter.a.gt', /number or a string/],
    [Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`k${n}`, n])), 'filter', /at most 64/],
  ])('%j', (filter, field, allowed) => {
    expect(() => parseFilter(filter)).toThrow(InvalidRequestError);
    expect(() => parseFilter(filter)).toThrow(
      expect.objectContaining({ field, allowed: expect.stringMatching(allowed) }),
    );
  });
});
