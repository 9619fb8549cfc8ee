import { describe, expect, it } from '@jest/globals';
import type { KeywordBoost } from '../../contract/recall.types.js';
import { keywordMatches, sharedContext } from './payload-matches.js';

describe('sharedContext', () => {
  it('is the share of entries with the same value', () => {
    expect(sharedContext({ room: 'attic', tags: [1, 2] }, { tags: [1, 2], room: 'cellar' })).toBe(0.5);
  });

  it('is 0 for an empty context and for inherited names', () => {
    expect(sharedContext({}, { a: 1 })).toBe(0);
    expect(sharedContext({ toString: null }, {})).toBe(0);
  });
});

describe('keywordMatches', () => {
  const payload = { title: 'Red Lantern', tags: ['harbour', { note: 'red paint' }] };
  const count = (details: Partial<KeywordBoost>) =>
    keywordMatches({ terms: ['red', 'harbour'], boost: 1, exact: false, caseSensitive: false, ...details }, payload);

  it('counts each term once, however often and deep it occurs', () => {
    expect(count({})).toBe(2);
  });

  it('wants whole strings when exact', () => {
    expect(count({ exact: true })).toBe(1);
  });

  it('minds case when told to', () => {
    expect(count({ terms: ['Red', 'Harbour'], caseSensitive: true })).toBe(1);
  });

  it('finds nothing for an empty term', () => {
    expect(count({ terms: [''] })).toBe(0);
  });
});
