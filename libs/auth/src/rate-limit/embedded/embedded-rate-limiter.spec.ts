import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EmbeddedRateLimiter } from './embedded-rate-limiter.js';

describe('EmbeddedRateLimiter', () => {
  it('decides like a plain list of times, over any sequence of requests', async () => {
    const steps = fc.array(fc.tuple(fc.nat(40), fc.constantFrom('a', 'b')), { maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(
        steps,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 500 }),
        async (calls, limit, window) => {
          let now = 0;
          const limiter = new EmbeddedRateLimiter({ now: () => now });
          const counted: Record<string, number[]> = { a: [], b: [] };
          for (const [pause, key] of calls) {
            now += pause;
            const inWindow = (counted[key] ?? []).filter((time) => time > now - window);
            const decision = await limiter.consume(key, limit, window);
            expect(decision.allowed).toBe(inWindow.length < limit);
            if (decision.allowed) inWindow.push(now);
            counted[key] = inWindow;
            expect(decision.remaining).toBe(limit - inWindow.length);
            expect(decision.resetMs).toBe((inWindow[0] ?? now) + window - now);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('forgets keys that were idle for a window', async () => {
    let now = 0;
    const limiter = new EmbeddedRateLimiter({ now: () => now });
    for (let key = 0; key < 100; key++) await limiter.consume(`old ${key}`, 5, 1000);
    expect(limiter.size).toBe(100);
    now = 5000;
    for (let request = 0; request < 100; request++) await limiter.consume('busy', 1000, 1000);
    expect(limiter.size).toBe(1);
  });

  it('never remembers more keys than it may, and keeps the busy ones', async () => {
    const limiter = new EmbeddedRateLimiter({ maxKeys: 10, now: () => 0 });
    await limiter.consume('busy', 2, 1000);
    for (let key = 0; key < 500; key++) {
      await limiter.consume(`key ${key}`, 2, 1000);
      await limiter.consume('busy', 2, 1000);
      expect(limiter.size).toBeLessThanOrEqual(10);
    }
    expect((await limiter.consume('busy', 2, 1000)).allowed).toBe(false);
  });
});
