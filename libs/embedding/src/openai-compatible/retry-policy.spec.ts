import { describe, expect, it } from '@jest/globals';
import { parseRetryAfter, retryDelayMs } from './retry-policy.js';

const POLICY = { maxRetries: 5, baseDelayMs: 100, maxDelayMs: 1000 };

describe('retryDelayMs', () => {
  it('doubles up to the longest wait, anywhere between nothing and that', () => {
    expect([0, 1, 2, 3, 9].map((attempt) => retryDelayMs(POLICY, attempt, { random: () => 1 }))).toEqual([
      100, 200, 400, 800, 1000,
    ]);
    expect(retryDelayMs(POLICY, 3, { random: () => 0 })).toBe(0);
  });

  it('waits as long as the server asks for, within the longest wait', () => {
    expect(retryDelayMs(POLICY, 0, { retryAfterMs: 700 })).toBe(700);
    expect(retryDelayMs(POLICY, 0, { retryAfterMs: 60_000 })).toBe(1000);
  });
});

describe('parseRetryAfter', () => {
  const now = Date.UTC(2024, 0, 1);

  it.each([
    ['2', 2000],
    ['0', 0],
    [new Date(now + 5000).toUTCString(), 5000],
    [new Date(now - 5000).toUTCString(), 0],
    ['soon', undefined],
    ['', undefined],
    [null, undefined],
  ])('reads %j as %p milliseconds', (header, expected) => {
    expect(parseRetryAfter(header, now)).toBe(expected);
  });
});
