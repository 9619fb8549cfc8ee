import { describe, expect, it } from '@jest/globals';
import { recency } from './recency.js';

const DAY = 86_400_000;

describe('recency', () => {
  it('halves with each half-life', () => {
    expect(recency(0, 0, 7)).toBe(1);
    expect(recency(0, 7 * DAY, 7)).toBeCloseTo(0.5, 12);
    expect(recency(0, 21 * DAY, 7)).toBeCloseTo(0.125, 12);
  });

  it('does not prefer the future to the present', () => {
    expect(recency(DAY, 0, 7)).toBe(1);
  });
});
