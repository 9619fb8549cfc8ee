import { beforeEach, describe, expect, it } from '@jest/globals';
import type { RateLimiter } from './rate-limiter.port.js';

export interface RateLimiterHarness {
  /** Creates a limiter without any history. */
  create(): Promise<RateLimiter>;
  /** Advances the limiter's time. */
  advance(milliseconds: number): Promise<void>;
}

/** Long enough that a test against a real server takes only a negligible part of it. */
const WINDOW_MS = 1_000_000;

/** What every RateLimiter adapter must do. Call it inside a spec file. */
export function describeRateLimiterContract(adapter: string, harness: RateLimiterHarness): void {
  describe(`${adapter} as a rate limiter`, () => {
    let limiter: RateLimiter;
    const consume = (key = 'key', limit = 3, cost = 1) => limiter.consume(key, limit, WINDOW_MS, cost);

    beforeEach(async () => {
      limiter = await harness.create();
    });

    it('allows up to the limit and counts down', async () => {
      const remaining = [await consume(), await consume(), await consume()].map((decision) => decision.remaining);
      expect(remaining).toEqual([2, 1, 0]);
      expect(await consume()).toMatchObject({ allowed: false, remaining: 0 });
    });

    it('tells how long to wait, and keeps its word', async () => {
      await consume('key', 1);
      await harness.advance(400_000);
      const refused = await consume('key', 1);
      expect(refused.retryAfterMs).toBeGreaterThan(500_000);
      expect(refused.retryAfterMs).toBeLessThanOrEqual(600_000);
      await harness.advance(refused.retryAfterMs - 100_000);
      expect((await consume('key', 1)).allowed).toBe(false);
      await harness.advance(100_000);
      expect(await consume('key', 1)).toMatchObject({ allowed: true, retryAfterMs: 0 });
    });

    it('slides: no window ever holds more than the limit', async () => {
      await consume();
      await harness.advance(900_000);
      await consume();
      await consume();
      await harness.advance(150_000);
      expect((await consume()).allowed).toBe(true);
      expect((await consume()).allowed).toBe(false);
    });

    it('does not count refused requests', async () => {
      await consume('key', 1);
      for (let step = 0; step < 9; step++) {
        await harness.advance(100_000);
        expect((await consume('key', 1)).allowed).toBe(false);
      }
      await harness.advance(100_000);
      expect((await consume('key', 1)).allowed).toBe(true);
    });

    it('counts every key for itself', async () => {
      await consume('a', 1);
      expect((await consume('b', 1)).allowed).toBe(true);
      expect((await consume('a', 1)).allowed).toBe(false);
    });

    it('lets no more through when many come at once', async () => {
      const decisions = await Promise.all(Array.from({ length: 50 }, () => consume('key', 20)));
      expect(decisions.filter(({ allowed }) => allowed)).toHaveLength(20);
    });

    it('counts a call as several, all of them or none', async () => {
      expect(await consume('key', 5, 3)).toMatchObject({ allowed: true, remaining: 2 });
      await harness.advance(400_000);
      expect(await consume('key', 5)).toMatchObject({ allowed: true, remaining: 1 });
      const refused = await consume('key', 5, 2);
      expect(refused).toMatchObject({ allowed: false, remaining: 1 });
      expect(refused.retryAfterMs).toBeGreaterThan(WINDOW_MS - 500_000);
      expect(refused.retryAfterMs).toBeLessThanOrEqual(WINDOW_MS - 400_000);
      expect(await consume('key', 5)).toMatchObject({ allowed: true, remaining: 0 });
      await harness.advance(refused.retryAfterMs);
      expect(await consume('key', 5, 3)).toMatchObject({ allowed: true, remaining: 0 });
    });

    it('gives a whole window to a call that costs more than the limit', async () => {
      await consume('key', 3);
      expect(await consume('key', 3, 10)).toMatchObject({ allowed: false, remaining: 2 });
      await harness.advance(WINDOW_MS);
      expect(await consume('key', 3, 10)).toMatchObject({ allowed: true, remaining: 0 });
      expect((await consume('key', 3)).allowed).toBe(false);
    });

    it('follows a limit that is lowered meanwhile', async () => {
      await consume('key', 3);
      await harness.advance(100_000);
      await consume('key', 3);
      await harness.advance(100_000);
      await consume('key', 3);
      const refused = await consume('key', 1);
      expect(refused.allowed).toBe(false);
      expect(refused.retryAfterMs).toBeGreaterThan(WINDOW_MS - 100_000);
    });
  });
}
