import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { filteredPayloads, payloadFilters } from '../testing/filter-cases.js';
import { satisfies } from '../testing/filter-oracle.js';
import { compareCodePoints, matchesFilter, type MemoryFilter } from './filter.js';

const subject = {
  type: 'episodic',
  createdAtMs: 1000,
  payload: { tag: 'x', n: 3, none: null, tags: ['a', 'b'], meta: { lang: 'en', deep: { flag: true } } },
} as const;
const copy = { ...subject, payload: structuredClone(subject.payload) as never };
const matches = (filter: MemoryFilter) => matchesFilter(filter, copy);

describe('matchesFilter', () => {
  it('accepts everything when there is no filter', () => {
    expect(matchesFilter(undefined, copy)).toBe(true);
  });

  it.each<[string, MemoryFilter, boolean]>([
    ['equal text', { payload: [{ path: ['tag'], equals: 'x' }] }, true],
    ['number is not its text', { payload: [{ path: ['n'], equals: '3' }] }, false],
    ['null equals null', { payload: [{ path: ['none'], equals: null }] }, true],
    ['absent is not null', { payload: [{ path: ['absent'], equals: null }] }, false],
    ['objects by structure', { payload: [{ path: ['meta'], equals: { deep: { flag: true }, lang: 'en' } }] }, true],
    ['arrays by order', { payload: [{ path: ['tags'], equals: ['b', 'a'] }] }, false],
    ['an element of an array', { payload: [{ path: ['tags'], equals: 'a' }] }, true],
    ['no element of an array', { payload: [{ path: ['tags'], equals: 'c' }] }, false],
    ['contains an element', { payload: [{ path: ['tags'], contains: 'a' }] }, true],
    ['text contains no element', { payload: [{ path: ['tag'], contains: 'x' }] }, false],
    ['any of', { payload: [{ path: ['meta', 'lang'], anyOf: ['fr', 'en'] }] }, true],
    ['any of nothing', { payload: [{ path: ['tag'], anyOf: [] }] }, false],
    ['nested flag', { payload: [{ path: ['meta', 'deep', 'flag'], equals: true }] }, true],
    ['path through a text', { payload: [{ path: ['tag', 'length'], exists: true }] }, false],
    ['exists with null', { payload: [{ path: ['none'], exists: true }] }, true],
    ['does not exist', { payload: [{ path: ['absent'], exists: false }] }, true],
    ['inherited names do not exist', { payload: [{ path: ['toString'], exists: true }] }, false],
    ['inside a range', { payload: [{ path: ['n'], range: { gt: 2, lte: 3 } }] }, true],
    ['on an open bound', { payload: [{ path: ['n'], range: { gt: 3 } }] }, false],
    ['text against a number bound', { payload: [{ path: ['tag'], range: { gte: 0 } }] }, false],
    ['text against mixed bounds', { payload: [{ path: ['tag'], range: { gte: 'a', lt: 9 } }] }, false],
    ['text in a range', { payload: [{ path: ['tag'], range: { gte: 'x', lt: 'y' } }] }, true],
    ['other type', { type: 'semantic' }, false],
    ['created from, inclusive', { createdFrom: 1000 }, true],
    ['created before, exclusive', { createdBefore: 1000 }, false],
    [
      'all conditions must hold',
      {
        payload: [
          { path: ['tag'], equals: 'x' },
          { path: ['n'], equals: 4 },
        ],
      },
      false,
    ],
  ])('%s', (_name, filter, expected) => {
    expect(matches(filter)).toBe(expected);
  });
});

describe('a filter on payloads', () => {
  it('means the same, whoever reads it', () => {
    fc.assert(
      fc.property(
        payloadFilters(),
        fc.array(filteredPayloads(), { minLength: 5, maxLength: 10 }),
        (filter, payloads) => {
          for (const payload of payloads) {
            expect(matchesFilter(filter, { ...copy, payload })).toBe(satisfies(payload, filter));
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('compareCodePoints', () => {
  it('orders astral characters after the end of the basic plane, unlike UTF-16 order', () => {
    expect(compareCodePoints('\u{1F600}', '\uFFFD')).toBeGreaterThan(0);
    expect('\u{1F600}' < '\uFFFD').toBe(true);
  });

  it('orders a prefix first and equal texts the same', () => {
    expect(compareCodePoints('ab', 'abc')).toBeLessThan(0);
    expect(compareCodePoints('ab', 'ab')).toBe(0);
  });
});
