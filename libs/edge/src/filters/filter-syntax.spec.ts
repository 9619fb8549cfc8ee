import { describe, expect, it } from '@jest/globals';
import { InvalidRequestError, type JsonObject } from '@sfm/memory';
import { parseFilter } from './filter-syntax.js';

const nested = (groups: number): JsonObject => {
  let filter: JsonObject = { a: 1 };
  for (let group = 0; group < groups; group++) filter = { not: filter };
  return filter;
};

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
    [{ k: { ne: 1 } }, { not: { path: ['k'], equals: 1 } }],
    [{ k: { nin: [1, null] } }, { not: { path: ['k'], anyOf: [1, null] } }],
    [{ k: { any: [1] } }, { path: ['k'], anyOf: [1] }],
    [{ k: { prefix: 'Ma' } }, { path: ['k'], prefix: 'Ma' }],
    [{ k: { not: 'a' } }, { not: { path: ['k'], equals: 'a' } }],
    [{ k: { not: { gt: 1, lt: 3 } } }, { not: { path: ['k'], range: { gt: 1, lt: 3 } } }],
    [
      { k: { geo_radius: { lat: 52.5, lon: -13.4, radius_m: 500 } } },
      { path: ['k'], within: { lat: 52.5, lon: -13.4, radius: 500 } },
    ],
    [{ not: { a: 1 } }, { not: { path: ['a'], equals: 1 } }],
    [
      { not: { a: 1, b: 2 } },
      {
        not: {
          and: [
            { path: ['a'], equals: 1 },
            { path: ['b'], equals: 2 },
          ],
        },
      },
    ],
    [
      { or: [{ a: 1 }, { and: [{ b: 2 }] }] },
      { or: [{ path: ['a'], equals: 1 }, { and: [{ path: ['b'], equals: 2 }] }] },
    ],
    [{ '\\not': 1 }, { path: ['not'], equals: 1 }],
    [{ 'a.or': 1 }, { path: ['a', 'or'], equals: 1 }],
  ])('%j', (filter, condition) => {
    expect(parseFilter(filter)).toEqual([condition]);
  });

  it('every value of "all" as a condition', () => {
    expect(parseFilter({ k: { all: ['a', 1] } })).toEqual([
      { path: ['k'], equals: 'a' },
      { path: ['k'], equals: 1 },
    ]);
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
    [{ a: { near: 1 } }, 'filter.a.near', /not an operator; allowed: eq, ne, in/],
    [{ a: {} }, 'filter.a', /must name an operator/],
    [{ '': 1 }, 'filter.', /non-empty keys/],
    [{ 'a..b': 1 }, 'filter.a..b', /non-empty keys/],
    [{ a: { in: [] } }, 'filter.a.in', /1 to 1000/],
    [{ a: { exists: 1 } }, 'filter.a.exists', /true or false/],
    [{ a: { gt: null } }, 'filter.a.gt', /number or a string/],
    [{ a: { all: [] } }, 'filter.a.all', /1 to 64/],
    [{ a: { nin: 'x' } }, 'filter.a.nin', /1 to 1000/],
    [{ a: { not_in: ['x'] } }, 'filter.a.not_in', /not an operator; allowed: eq, ne/],
    [{ a: { not: { not: 1 } } }, 'filter.a.not.not', /must not stand within "not"/],
    [{ a: { not: {} } }, 'filter.a.not', /must name an operator/],
    [{ a: { prefix: 1 } }, 'filter.a.prefix', /a string/],
    [{ a: { geo_radius: [1, 2] } }, 'filter.a.geo_radius', /lat, lon and radius_m/],
    [{ a: { geo_radius: { lat: 91, lon: 0, radius_m: 1 } } }, 'filter.a.geo_radius.lat', /-90 to 90/],
    [{ a: { geo_radius: { lat: 1, lon: 0, radius_m: 0 } } }, 'filter.a.geo_radius.radius_m', /above 0/],
    [{ a: { geo_radius: { lat: 1, lon: 0, radius: 1 } } }, 'filter.a.geo_radius.radius', /allowed: lat, lon/],
    [{ not: 'x' }, 'filter.not', /at least one condition/],
    [{ not: {} }, 'filter.not', /at least one condition/],
    [{ or: [] }, 'filter.or', /1 to 64 filters/],
    [{ or: { a: 1 } }, 'filter.or', /1 to 64 filters/],
    [{ and: [{ a: 1 }, { b: { near: 1 } }] }, 'filter.and[1].b.near', /not an operator/],
    [{ or: [{ a: { all: Array.from({ length: 64 }, (_, n) => n) } }] }, 'filter', /at most 64/],
    [nested(17), 'filter.not.not', /at most 16 groups/],
    [nested(500), 'filter.not.not', /at most 16 groups/],
    [Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`k${n}`, n])), 'filter', /at most 64/],
  ])('%j', (filter, field, allowed) => {
    expect(() => parseFilter(filter)).toThrow(InvalidRequestError);
    expect(() => parseFilter(filter)).toThrow(
      expect.objectContaining({
        field: expect.stringContaining(field),
        allowed: expect.stringMatching(allowed),
      }),
    );
  });
});
