import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { parseRedisUrl, RedisConnection } from '@sfm/cache';
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { describeWith } from '../../../../../test/services/availability.js';
import { startRedis, testRedis, type RedisProcess } from '../../../../../test/services/redis/redis.js';
import { waitFor } from '../../../../../test/services/lifetime/wait-for.js';
import { EmbeddedRateLimiter } from '../embedded/embedded-rate-limiter.js';
import { describeRateLimiterContract } from '../rate-limiter.contract.js';
import type { RateLimiter } from '../rate-limiter.port.js';
import { RedisRateLimiter, type RedisRateLimiterOptions } from './redis-rate-limiter.js';

const describeReal = await describeWith(['redis']);
const WINDOW_MS = 60_000;

function connectionTo(url: string): RedisConnection {
  const silent = { log: () => undefined, warn: () => undefined };
  // A busy machine is no server that hangs.
  const options = {
    address: parseRedisUrl(url),
    clientName: 'soma-test',
    commandTimeoutMs: 20_000,
    connectTimeoutMs: 20_000,
  };
  return new RedisConnection(options, silent);
}

describeReal('with a real Redis', () => {
  let redis: RedisConnection;
  let client: Redis;
  let keyPrefix = '';
  const clock = { now: 0 };
  const limiterOf = (connection = redis, options: RedisRateLimiterOptions = {}): RateLimiter =>
    new RedisRateLimiter(connection, new EmbeddedRateLimiter({ now: () => clock.now }), {
      keyPrefix,
      now: () => clock.now,
      ...options,
    });

  beforeAll(async () => {
    const { url } = await testRedis();
    redis = connectionTo(url);
    await redis.open();
    client = new Redis(url);
  });
  afterAll(() => {
    redis.close();
    client.disconnect();
  });

  describeRateLimiterContract('RedisRateLimiter', {
    create: () => {
      keyPrefix = `test:${randomUUID()}:`;
      return Promise.resolve(limiterOf());
    },
    // The server's clock cannot be moved, so what it noted moves into the past.
    advance: async (milliseconds) => {
      clock.now += milliseconds;
      for (const key of await client.keys(`${keyPrefix}*`)) {
        const times = await client.lrange(key, 0, -1);
        const earlier = times.map((time) => String(Number(time) - Math.ceil(milliseconds * 1000)));
        await client
          .multi()
          .del(key)
          .rpush(key, ...earlier)
          .exec();
      }
    },
  });

  describe('RedisRateLimiter', () => {
    const cleanups: (() => unknown)[] = [];
    afterEach(async () => {
      for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
    });

    /** A server of the test's own that keeps nothing when it is killed, and a connection to it. */
    async function aForgetfulRedis(): Promise<{ server: RedisProcess; connection: RedisConnection }> {
      const server = await startRedis({ args: ['--appendonly', 'no'] });
      const connection = connectionTo(server.url);
      cleanups.push(
        () => server.stop(),
        () => connection.close(),
      );
      await connection.open();
      return { server, connection };
    }

    it('counts the requests of all processes together', async () => {
      const limiters = [limiterOf(), limiterOf(), limiterOf()];
      const key = randomUUID();
      const requests = limiters.flatMap((limiter) =>
        Array.from({ length: 20 }, () => limiter.consume(key, 20, WINDOW_MS)),
      );
      expect((await Promise.all(requests)).filter(({ allowed }) => allowed)).toHaveLength(20);
    });

    it('leaves nothing behind for ever', async () => {
      const key = randomUUID();
      await limiterOf().consume(key, 5, 10_000);
      const remaining = await client.pttl(keyPrefix + key);
      expect(remaining).toBeGreaterThan(5000);
      expect(remaining).toBeLessThanOrEqual(10_001);
    });

    it('does not lock callers out when the clock of the server was set back', async () => {
      const key = randomUUID();
      const inFuture = (milliseconds: number) => String((Date.now() + milliseconds) * 1000);
      await client.rpush(keyPrefix + key, inFuture(3_600_000), inFuture(3_600_000));
      expect((await limiterOf().consume(key, 2, 10_000)).allowed).toBe(true);
      await client.rpush(keyPrefix + key, inFuture(1000));
      expect((await limiterOf().consume(key, 2, 10_000)).allowed).toBe(false);
    });

    it('goes on limiting while Redis is killed, with what it knew, and when Redis came back with nothing', async () => {
      const { server, connection } = await aForgetfulRedis();
      let fallbacks = 0;
      const limiter = limiterOf(connection, { onFallback: () => (fallbacks += 1) });
      const isAllowed = async (): Promise<boolean> => (await limiter.consume('key', 5, WINDOW_MS)).allowed;

      expect([await isAllowed(), await isAllowed(), await isAllowed()]).toEqual([true, true, true]);
      expect(fallbacks).toBe(0);
      await server.kill();
      expect([await isAllowed(), await isAllowed(), await isAllowed()]).toEqual([true, true, false]);
      expect(fallbacks).toBe(3);

      await server.start();
      await waitFor(() => connection.isUp);
      expect(await isAllowed()).toBe(false);
      expect(fallbacks).toBe(3);
      clock.now += WINDOW_MS + 1;
      expect(await isAllowed()).toBe(true);
    });

    it('never lets one process exceed the limit under traffic while Redis is killed and started again', async () => {
      const { server, connection } = await aForgetfulRedis();
      const limiter = limiterOf(connection);
      let allowed = 0;
      let refused = 0;
      let isOver = false;
      const caller = async (): Promise<void> => {
        while (!isOver) {
          if ((await limiter.consume('key', 2000, WINDOW_MS)).allowed) allowed += 1;
          else refused += 1;
          await new Promise(setImmediate);
        }
      };
      const callers = Promise.all(Array.from({ length: 8 }, caller));
      for (let round = 1; round <= 3; round++) {
        await waitFor(() => allowed + refused >= round * 500);
        await server.kill();
        await server.start();
        await waitFor(() => connection.isUp);
      }
      await waitFor(() => refused > 0);
      isOver = true;
      await callers;
      expect(allowed).toBe(2000);
    });
  });
});
