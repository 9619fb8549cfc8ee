import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { toNamespace, type Memory } from '@sfm/memory';
import { aMemory, describeMemoryCacheContract } from '@sfm/memory/testing';
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { describeWith } from '../../../../test/services/availability.js';
import { startRedisCluster, type RedisCluster } from '../../../../test/services/redis/redis-topologies.js';
import { startRedis, testRedis } from '../../../../test/services/redis/redis.js';
import { waitFor } from '../../../../test/services/lifetime/wait-for.js';
import { connectTo, type WatchedConnection } from '../../test/redis-fixtures.js';
import { RedisMemoryCache, type RedisMemoryCacheOptions } from './redis-memory-cache.js';

const MANY = toNamespace('many');
const NAMESPACE = toNamespace('ns');

const describeReal = await describeWith(['redis']);
const TTL_MS = 100_000;

describeReal('with a real Redis', () => {
  let watched: WatchedConnection;
  let client: Redis;
  const cleanups: (() => unknown)[] = [];

  const cacheOver = ({ redis }: WatchedConnection, options: Partial<RedisMemoryCacheOptions> = {}) =>
    new RedisMemoryCache(redis, { ttlMs: TTL_MS, keyPrefix: `test:${randomUUID()}:`, ...options });

  beforeAll(async () => {
    const { url } = await testRedis();
    watched = await connectTo(url);
    client = new Redis(url);
  });
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });
  afterAll(() => {
    watched.redis.close();
    client.disconnect();
  });

  describeMemoryCacheContract('RedisMemoryCache', {
    boundedBy: 'time',
    create: () => Promise.resolve(cacheOver(watched)),
  });

  describe('RedisMemoryCache', () => {
    it('keeps copies and invalidations for a time, and nothing longer than it lives', async () => {
      const cache = cacheOver(watched, { keyPrefix: 'ttl:', ttlMs: 1_000_000 });
      const expiresAt = new Date(Date.now() + 500_000);
      const namespace = toNamespace(randomUUID());
      await cache.set([
        aMemory({ namespace, key: '1' }),
        aMemory({ namespace, key: '2', expiresAt }),
        aMemory({ namespace, key: '3', expiresAt: new Date(Date.now() - 1) }),
      ]);
      await cache.invalidate([{ namespace, key: '4', version: 2 }]);
      const [copy = 0, dying = 0, dead, floor = 0] = await Promise.all(
        ['1', '2', '3', '4'].map((key) => client.pttl(`ttl:${namespace}:${key}`)),
      );
      expect(copy).toBeGreaterThan(500_000);
      expect(copy).toBeLessThanOrEqual(1_000_000);
      expect(dying).toBeGreaterThan(0);
      expect(dying).toBeLessThanOrEqual(500_000);
      expect(dead).toBe(-2);
      expect(floor).toBeGreaterThan(10_000);
      expect(floor).toBeLessThanOrEqual(60_000);
    });

    it('does not trust what somebody else wrote', async () => {
      const namespace = toNamespace(randomUUID());
      const cache = cacheOver(watched, { keyPrefix: 'foreign:' });
      const memory = aMemory({ namespace, key: '1' });
      const stored = (changes: object) => `1:${JSON.stringify({ ...memory, ...changes })}`;
      const foreign = [
        ...['', '7', 'x:y', '1:{"id":1}', '1:not json', ':{}'],
        ...[{ payload: 'text' }, { namespace: 'other' }, { key: '2' }, { createdAt: 'yesterday' }].map(stored),
      ];
      for (const text of foreign) {
        await client.set(`foreign:${namespace}:1`, text, 'EX', 60);
        expect((await cache.get(namespace, ['1'])).size).toBe(0);
      }
      await client.set(`foreign:${namespace}:1`, stored({}), 'EX', 60);
      expect((await cache.get(namespace, ['1'])).get('1')).toEqual(memory);
    });

    it('takes hundreds of memories at once', async () => {
      const cache = cacheOver(watched);
      const memories = Array.from({ length: 300 }, (_, id) => aMemory({ id, namespace: MANY }));
      await cache.set(memories);
      const keys = memories.map(({ key }) => key);
      expect([...(await cache.get(MANY, keys)).values()]).toEqual(memories);
    });

    it('does without a killed Redis, and with it again, without ever failing', async () => {
      const server = await startRedis();
      const own = await connectTo(server.url);
      let fallbacks = 0;
      const cache = cacheOver(own, { onFallback: () => (fallbacks += 1) });
      const sizeAt = async (memory: Memory) => (await cache.get(memory.namespace, [memory.key])).size;
      const memory = aMemory();
      await cache.set([memory]);
      expect(await sizeAt(memory)).toBe(1);
      await server.kill();
      expect(await sizeAt(memory)).toBe(0);
      await cache.set([memory]);
      await cache.invalidate([{ ...memory, version: 2 }]);
      await cache.clear();
      expect(fallbacks).toBe(4);
      await server.start();
      await waitFor(() => own.redis.isUp);
      await waitFor(async () => (await sizeAt(memory)) === 0, { what: () => 'the invalidation that Redis has missed' });
      await cache.set([memory]);
      expect(await sizeAt(memory)).toBe(0);
      await cache.set([{ ...memory, version: 2 }]);
      expect(await sizeAt(memory)).toBe(1);
      expect(own.warnings).toHaveLength(1);
      own.redis.close();
      await server.stop();
    });

    it('makes up for an invalidation that Redis refused, as soon as it takes another', async () => {
      const server = await startRedis({ args: ['--maxmemory-policy', 'noeviction'] });
      const own = await connectTo(server.url);
      const admin = new Redis(server.url);
      cleanups.push(
        () => server.stop(),
        () => own.redis.close(),
        () => admin.disconnect(),
      );
      const cache = cacheOver(own, { keyPrefix: 'refused:' });
      const memory = aMemory({ namespace: NAMESPACE, key: 'deleted' });
      await cache.set([memory]);
      await admin.config('SET', 'maxmemory', '1');
      await cache.invalidate([{ ...memory, version: 2 }]);
      expect(await admin.get('refused:ns:deleted')).toMatch(/^1:\{/);
      await admin.config('SET', 'maxmemory', '0');
      expect(own.redis.isUp).toBe(true);
      await cache.invalidate([{ namespace: NAMESPACE, key: 'other', version: 1 }]);
      await waitFor(async () => (await admin.get('refused:ns:deleted')) === '2:', {
        timeoutMs: 20_000,
        what: () => 'the payload of the deleted memory to be gone',
      });
      expect(own.warnings).toEqual([expect.stringContaining('OOM')]);
    });
  });
});

describeReal('with a real cluster', () => {
  let cluster: RedisCluster;
  const opened: WatchedConnection[] = [];

  beforeAll(async () => {
    cluster = await startRedisCluster();
  });
  afterEach(() => {
    for (const { redis } of opened.splice(0)) redis.close();
  });
  afterAll(async () => {
    await cluster.stop();
  });

  describeMemoryCacheContract('RedisMemoryCache', {
    boundedBy: 'time',
    create: async () => {
      const watched = await connectTo(`redis+cluster://${cluster.addresses[0] ?? ''}`);
      opened.push(watched);
      return new RedisMemoryCache(watched.redis, { ttlMs: TTL_MS, keyPrefix: `test:${randomUUID()}:` });
    },
  });
});
