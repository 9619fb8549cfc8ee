import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TopCandidates } from './top-candidates.js';

describe('TopCandidates', () => {
  it('keeps what sorting everything would put first, in any order of arrival', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(6)), fc.nat(8), (scores, limit) => {
        const candidates = scores.map((score, id) => ({ key: `k${id}`, score, id: (id * 37) % 101 }));
        const top = new TopCandidates(limit);
        for (const { key, score, id } of candidates) top.offer(key, score, id);
        const sorted = candidates.sort((a, b) => b.score - a.score || a.id - b.id).slice(0, limit);
        expect(top.ranking()).toEqual(sorted.map(({ key, score }) => ({ key, score })));
      }),
    );
  });

  it('admits nothing when nothing is wanted', () => {
    const top = new TopCandidates(0);
    top.offer('a', 1, 1);
    expect([top.ranking(), top.floor]).toEqual([[], Infinity]);
  });
});
