import { describe, expect, it } from '@jest/globals';
import { DEFAULT_BM25, inverseDocumentFrequency, termScore } from './bm25.js';

describe('inverseDocumentFrequency', () => {
  it('weighs a rare term more than a common one, and even the commonest above 0', () => {
    expect(inverseDocumentFrequency(100, 1)).toBeGreaterThan(inverseDocumentFrequency(100, 50));
    expect(inverseDocumentFrequency(100, 100)).toBeGreaterThan(0);
  });
});

describe('termScore', () => {
  const score = (occurrences: number, length: number) => termScore(2, occurrences, length, 10, DEFAULT_BM25);

  it('is the weight of the term for one occurrence in a text of average length', () => {
    expect(score(1, 10)).toBeCloseTo(2, 12);
  });

  it('grows with occurrences, towards a bound', () => {
    expect(score(2, 10)).toBeGreaterThan(score(1, 10));
    expect(score(1000, 10)).toBeLessThan(2 * (DEFAULT_BM25.k1 + 1));
  });

  it('falls with the length of the text', () => {
    expect(score(1, 40)).toBeLessThan(score(1, 10));
  });
});
