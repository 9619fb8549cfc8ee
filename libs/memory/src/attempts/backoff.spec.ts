import { describe, expect, it } from '@jest/globals';
import { backoffMs } from './backoff.js';

const LIMITS = { minMs: 200, maxMs: 1500, jitter: 0.5 };

describe('the pause before another attempt', () => {
  it('doubles with every failure up to the longest', () => {
    const longest = [1, 2, 3, 4, 5, 100, 10_000].map((failures) => backoffMs(failures, LIMITS, () => 1));
    expect(longest).toEqual([200, 400, 800, 1500, 1500, 1500, 1500]);
  });

  it.each([
    [0, 800],
    [0.25, 600],
    [0.5, 400],
    [1, 0],
  ])('leaves the share %p of it to chance, and is never longer', (jitter, shortest) => {
    const limits = { ...LIMITS, jitter };
    expect([backoffMs(3, limits, () => 0), backoffMs(3, limits, () => 1)]).toEqual([shortest, 800]);
    const drawn = new Set(Array.from({ length: 50 }, () => backoffMs(3, limits)));
    expect(drawn.size > 10).toBe(jitter > 0);
    for (const ms of drawn) {
      expect(ms).toBeGreaterThanOrEqual(shortest);
      expect(ms).toBeLessThanOrEqual(800);
    }
  });

  it('is none where none is wanted', () => {
    expect(backoffMs(5000, { minMs: 0, maxMs: 1000, jitter: 1 })).toBe(0);
  });
});
