import { describe, expect, it } from '@jest/globals';
import { DEFAULT_BM25, EMPTY_OVERLAY } from '@sfm/memory';
import { aPoint, TEST_NOW_MS, upsertOf } from '@sfm/memory/testing';
import { LexicalNamespace } from './lexical-namespace.js';

describe('LexicalNamespace', () => {
  it.each([2, 50, 400])('scores the one in %i that a filter lets through as it does without one', (share) => {
    const held = new LexicalNamespace(DEFAULT_BM25);
    const words = ['ant', 'bee', 'cat', 'dog', 'elk'];
    for (let id = 0; id < 2000; id++) {
      const text = words
        .filter((_, index) => (id >> index) % 2 === 0)
        .flatMap((word, index) => [word, ...(id % (index + 3) === 0 ? [word] : [])]);
      held.apply(upsertOf(aPoint({ key: String(id), id, words: text.join(' '), payload: { part: id % share } })));
    }
    for (let id = 0; id < 2000; id += 7) held.apply({ kind: 'remove', key: String(id), version: 2 });
    const query = { terms: ['cat', 'ant', 'unknown', 'elk'], limit: 2000, nowMs: TEST_NOW_MS };
    const filter = { payload: [{ path: ['part'], equals: 1 }] };
    const expected = held.search(query, EMPTY_OVERLAY).filter(({ key }) => Number(key) % share === 1);
    expect(expected.length).toBeGreaterThan(0);
    expect(held.search({ ...query, filter }, EMPTY_OVERLAY)).toEqual(expected);
    expect(held.search({ ...query, filter }, EMPTY_OVERLAY)).toEqual(expected);
  });

  it('reads a bounded number of characters for a literal text, and says when that does not tell', () => {
    const held = new LexicalNamespace(DEFAULT_BM25);
    const query = { term: 'needle', exact: false, caseSensitive: false, limit: 5, nowMs: TEST_NOW_MS };
    for (let id = 0; id < 6; id++) {
      expect(held.holding(query)).toEqual(id < 5 ? [] : undefined);
      held.apply(upsertOf(aPoint({ key: String(id), id, payload: { text: 'hay '.repeat(225_000) } })));
    }
  });
});
