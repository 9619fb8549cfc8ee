import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { describeWith } from '../services/availability.js';
import { startRedis, type RedisProcess } from '../services/redis.js';
import { waitFor } from '../services/wait-for.js';
import { RunningService } from './running-service.js';

const describeReal = await describeWith(['redis']);
const LIMIT = 20;

interface Health {
  readonly services: readonly { readonly name: string; readonly healthy: boolean; readonly details: object }[];
}

describeReal('the service with a Redis', () => {
  let redis: RedisProcess;
  let client: Redis;
  let service: RunningService;

  const metric = async (name: string): Promise<number> => {
    const page = await (await fetch(`${service.url}/metrics`)).text();
    const values = page.split('\n').flatMap((line) => (line.startsWith(name) ? [Number(line.split(' ').at(-1))] : []));
    return values.reduce((sum, value) => sum + value, 0);
  };
  const health = async () => {
    const { services } = await service.json<Health>('/health');
    return services.filter(({ name }) => name === 'redis');
  };
  const warnings = () => service.output.split('\n').filter((line) => line.includes('Redis cannot be used'));
  /** Statuses of so many recalls of one caller, one after the other. */
  const statuses = async (count: number): Promise<number[]> => {
    const found: number[] = [];
    for (let request = 0; request < count; request++) {
      found.push((await service.request('/v1/recall', { body: { query: 'anything' } })).status);
    }
    return found;
  };

  beforeAll(async () => {
    redis = await startRedis({ password: 'p@ss:word' });
    client = new Redis(redis.url);
    client.on('error', () => undefined);
    service = await RunningService.start({
      REDIS_URL: redis.url,
      SOMA_RATE_LIMIT_MAX: String(LIMIT),
      SOMA_RATE_LIMIT_WINDOW_SECONDS: '600',
    });
  }, 90_000);
  afterAll(async () => {
    client.disconnect();
    await service.dispose();
    await redis.stop();
  });

  it('keeps large payloads and request counts there, and forgets what is deleted', async () => {
    const text = randomBytes(6000).toString('base64');
    await service.json('/store', { body: { coord: '1,2,3', payload: { text }, memory_type: 'episodic' } });
    const read = async () => (await service.json<{ memory: { payload: { text: string } } }>('/memories/1,2,3')).memory;
    await read();
    await waitFor(async () => (await client.keys('soma:memory:*')).length > 0);
    await read();
    expect(await metric('soma_cache_lookups_total{outcome="hit"}')).toBe(1);
    expect(await client.get('soma:memory:api_ns:1,2,3')).toContain(text);
    expect((await client.keys('soma:rate:*')).length).toBeGreaterThan(0);
    await service.request('/memories/1,2,3', { method: 'DELETE' });
    expect(await client.get('soma:memory:api_ns:1,2,3')).toBe('2:');
  }, 30_000);

  it('goes on without it, limits kept and one warning given, and returns to it by itself', async () => {
    expect(await health()).toMatchObject([{ healthy: true, details: { topology: 'server' } }]);
    expect(await metric('soma_redis_away')).toBe(0);
    expect(new Set(await statuses(LIMIT / 2))).toEqual(new Set([200]));

    await redis.kill();
    expect(await statuses(LIMIT / 2 + 5)).toEqual([
      ...Array.from({ length: LIMIT / 2 }, () => 200),
      ...Array.from({ length: 5 }, () => 429),
    ]);
    expect(await health()).toMatchObject([{ healthy: false }]);
    expect(await metric('soma_redis_away')).toBe(1);
    expect(await metric('soma_redis_fallbacks_total{use="rate_limit"}')).toBeGreaterThanOrEqual(LIMIT / 2 + 5);
    await service.json('/store', { body: { coord: '4,5,6', payload: { text: 'stored without Redis' } } });
    expect(await service.json('/memories/4,5,6')).toMatchObject({
      memory: { payload: { text: 'stored without Redis' } },
    });

    await redis.start();
    await waitFor(async () => (await metric('soma_redis_away')) === 0);
    expect(await statuses(1)).toEqual([429]);
    expect(await health()).toMatchObject([{ healthy: true }]);
    expect(warnings()).toHaveLength(1);
    expect(service.output).not.toContain('p@ss:word');
  }, 60_000);
});
