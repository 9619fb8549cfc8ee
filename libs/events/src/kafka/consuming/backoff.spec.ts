import { describe, expect, it } from '@jest/globals';
import { backoffMs } from './backoff.js';

describe('the pause before another try', () => {
  it('doubles with every failure up to the limit', () => {
    const longest = [1, 2, 3, 4, 5, 100, 10_000].map((failures) => backoffMs(failures, 1500, () => 1));
    expect(longest).toEqual([200, 400, 800, 1500, 1500, 1500, 1500]);
  });

  it('is half chance', () => {
    expect(backoffMs(3, 10_000, () => 0)).toBe(400);
    const drawn = new Set(Array.from({ length: 50 }, () => backoffMs(5, 10_000)));
    expect(drawn.size).toBeGreaterThan(10);
    for (const ms of drawn) {
      expect(ms).toBeGreaterThanOrEqual(1600);
      expect(ms).toBeLessThanOrEqual(3200);
    }
  });
});
