import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { describeWith } from '../services/availability.js';
import { startRedis, type RedisProcess } from '../services/redis/redis.js';
import { waitFor } from '../services/lifetime/wait-for.js';
import { RunningService } from './support/running-service.js';

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
  /** Which of its two messages about Redis the service has printed, in order. */
  const told = () =>
    service.output
      .split('\n')
      .flatMap((line) => /Redis cannot be used|Redis answers again/.exec(line)?.[0] ?? [])
      .map((words) => (words.endsWith('again') ? 'back' : 'away'));
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
  });
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
    await waitFor(async () => (await client.get('soma:memory:api_ns:1,2,3')) === '2:');
  });

  it('goes on without it, limits kept and one warning given, and returns to it by itself', async () => {
    await waitFor(async () => (await metric('soma_redis_away')) === 0);
    await waitFor(async () => (await health())[0]?.healthy === true);
    expect(await health()).toMatchObject([{ details: { topology: 'server' } }]);
    const before = told();
    expect(new Set(await statuses(LIMIT / 2))).toEqual(new Set([200]));

    await redis.kill();
    expect(await statuses(LIMIT / 2 + 5)).toEqual([
      ...Array.from({ length: LIMIT / 2 }, () => 200),
      ...Array.from({ length: 5 }, () => 429),
    ]);
    await waitFor(async () => (await health())[0]?.healthy === false);
    expect(await metric('soma_redis_away')).toBe(1);
    expect(await metric('soma_redis_fallbacks_total{use="rate_limit"}')).toBeGreaterThanOrEqual(LIMIT / 2 + 5);
    await service.json('/store', { body: { coord: '4,5,6', payload: { text: 'stored without Redis' } } });
    expect(await service.json('/memories/4,5,6')).toMatchObject({
      memory: { payload: { text: 'stored without Redis' } },
    });

    await redis.start();
    await waitFor(async () => (await metric('soma_redis_away')) === 0);
    expect(await statuses(1)).toEqual([429]);
    await waitFor(async () => (await health())[0]?.healthy === true);
    await waitFor(() => told().at(-1) === 'back');
    const since = told().slice(before.length);
    expect(since.length).toBeGreaterThanOrEqual(2);
    expect(since).toEqual(since.map((_, index) => (index % 2 === 0 ? 'away' : 'back')));
    expect(service.output).not.toContain('p@ss:word');
  });
});
