import { describe, expect, it } from '@jest/globals';
import { boundedGaps, gapsBetween, stillOpen, type Gap } from './feed-gaps.js';

const gap = (low: number, high: number, beforeXid: bigint | null = null): Gap => ({ low, high, beforeXid });
const whole = { seen: [], from: 0, to: Infinity, oldestXid: 0n, laterXid: null };

describe('gaps of a sequence', () => {
  it('are the stretches between seen numbers, however long', () => {
    expect(gapsBetween(3, 10, [5, 6, 9])).toEqual([gap(4, 4), gap(7, 8)]);
    expect(gapsBetween(0, 10 ** 15, [10 ** 12])).toEqual([gap(1, 10 ** 12 - 1), gap(10 ** 12 + 1, 10 ** 15 - 1)]);
    expect(gapsBetween(3, 4, [])).toEqual([]);
    expect(gapsBetween(3, 3, [])).toEqual([]);
  });

  it('stay open until every transaction has ended that ran when they were noticed', () => {
    const known = [gap(4, 9, 100n)];
    expect(stillOpen(known, { ...whole, oldestXid: 99n })).toEqual(known);
    expect(stillOpen(known, { ...whole, oldestXid: 100n })).toEqual([]);
    expect(stillOpen([gap(4, 9)], { ...whole, oldestXid: 1000n })).toEqual([gap(4, 9)]);
    expect(stillOpen([gap(4, 9)], { ...whole, oldestXid: 1000n, laterXid: 1002n })).toEqual([gap(4, 9, 1002n)]);
  });

  it('lose the numbers that appear', () => {
    expect(stillOpen([gap(4, 9, 100n)], { ...whole, seen: [4, 7] })).toEqual([gap(5, 6, 100n), gap(8, 9, 100n)]);
    expect(stillOpen([gap(4, 4, 100n)], { ...whole, seen: [4] })).toEqual([]);
  });

  it('are final only where they were looked into', () => {
    const reading = { ...whole, seen: [6], from: 6, to: 7, oldestXid: 100n };
    expect(stillOpen([gap(4, 9, 100n)], reading)).toEqual([gap(4, 5, 100n), gap(8, 9, 100n)]);
    expect(stillOpen([gap(1, 2, 100n), gap(6, 7, 100n), gap(9, 9, 100n)], reading)).toEqual([
      gap(1, 2, 100n),
      gap(9, 9, 100n),
    ]);
  });

  it('are bounded in number: the closest are joined, and all numbers stay covered', () => {
    const known = [gap(1, 1, 5n), gap(3, 3, 9n), gap(50, 60), gap(62, 62, 7n), gap(200, 200, 7n)];
    expect(boundedGaps(known, 3)).toEqual([gap(1, 3, 9n), gap(50, 62), gap(200, 200, 7n)]);
    expect(boundedGaps(known, 5)).toBe(known);
    const many = Array.from({ length: 5000 }, (_, n) => gap(3 * n, 3 * n + (n % 2)));
    const joined = boundedGaps(many, 10);
    expect(joined.length).toBeLessThanOrEqual(10);
    for (const { low, high } of many) expect(joined.some((one) => one.low <= low && high <= one.high)).toBe(true);
  });
});
