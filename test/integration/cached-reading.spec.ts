import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { EmbeddedMemoryCache, LayeredMemoryCache, parseRedisUrl, RedisConnection, RedisMemoryCache } from '@sfm/cache';
import {
  CachedMemoryReader,
  CachedMemoryWriter,
  toNamespace,
  type Memory,
  type MemoryInvalidation,
  type Namespace,
} from '@sfm/memory';
import { aDeletion, aWrite } from '@sfm/memory/testing';
import { MIGRATIONS } from '@sfm/migrations';
import {
  createDataSource,
  MigrationRunner,
  PostgresDatabase,
  PostgresMemoryReader,
  PostgresMemoryWriter,
  resolveConnection,
  STORAGE_ENTITIES,
} from '@sfm/storage';
import { randomBytes, randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { describeWith } from '../services/availability.js';
import { createTestDatabase } from '../services/postgres/postgres.js';
import { startRedis, type RedisProcess } from '../services/redis/redis.js';
import { waitFor } from '../services/lifetime/wait-for.js';

const describeReal = await describeWith(['postgres', 'redis']);

/** Loses half of the invalidations and lets fills arrive late, as a network and busy processes do. */
class UnreliableCache extends LayeredMemoryCache {
  override async set(memories: readonly Memory[]): Promise<void> {
    for (let turns = Math.random() * 20; turns > 0; turns--) await new Promise(setImmediate);
    await super.set(memories);
  }

  override async invalidate(invalidations: readonly MemoryInvalidation[]): Promise<void> {
    if (Math.random() < 0.5) await super.invalidate(invalidations);
  }
}

describeReal('reading through the cache, by several processes', () => {
  let server: RedisProcess;
  let client: Redis;
  const cleanups: (() => unknown)[] = [];
  const cleanupsOfTest: (() => unknown)[] = [];

  const openDatabase = async (): Promise<PostgresDatabase> => {
    const { url, drop } = await createTestDatabase();
    const connection = await resolveConnection(url);
    const dataSource = createDataSource({ connection, entities: STORAGE_ENTITIES, migrations: MIGRATIONS });
    await dataSource.initialize();
    cleanups.push(drop, () => dataSource.destroy());
    await new MigrationRunner(dataSource).migrateUp();
    return new PostgresDatabase(dataSource);
  };

  /** What one process has: a connection and a near cache of its own. */
  const openProcess = async (database: PostgresDatabase, Cache = LayeredMemoryCache) => {
    const warnings: string[] = [];
    const log = { log: () => undefined, warn: (message: string) => warnings.push(message) };
    // A busy machine is no server that hangs.
    const patience = { commandTimeoutMs: 20_000, connectTimeoutMs: 20_000 };
    const options = { address: parseRedisUrl(server.url), clientName: 'test', ...patience };
    const redis = new RedisConnection(options, log);
    await redis.open();
    cleanupsOfTest.push(() => redis.close());
    const near = new EmbeddedMemoryCache({ maxEntries: 1000 });
    const cache = new Cache(near, new RedisMemoryCache(redis, { ttlMs: 60_000 }));
    const lookups = { hits: 0, misses: 0 };
    const reader = new CachedMemoryReader(new PostgresMemoryReader(database), cache, (hits, misses) => {
      lookups.hits += hits;
      lookups.misses += misses;
    });
    return {
      reader,
      writer: new CachedMemoryWriter(new PostgresMemoryWriter(database), cache),
      near,
      redis,
      lookups,
      warnings,
    };
  };

  const large = (mark: number) => ({ mark, filler: randomBytes(8000).toString('base64') });
  const read = async ({ reader }: { reader: CachedMemoryReader }, namespace: Namespace, key = '1') =>
    (await reader.findByKeys(namespace, [key], new Date()))[0];
  const inRedis = async (namespace: Namespace): Promise<string[]> => {
    const keys = await client.keys(`soma:memory:${namespace}:*`);
    return (await Promise.all(keys.map((key) => client.get(key)))).flatMap((text) => text ?? []);
  };

  beforeAll(async () => {
    server = await startRedis();
    client = new Redis(server.url);
    client.on('error', () => undefined);
  });
  afterEach(async () => {
    for (const cleanup of cleanupsOfTest.splice(0).reverse()) await cleanup();
  });
  afterAll(async () => {
    client.disconnect();
    for (const cleanup of cleanups.reverse()) await cleanup();
    await server.stop();
  });

  it('lets a process use what another one has read, and both see a write at once', async () => {
    const database = await openDatabase();
    const [one, two] = [await openProcess(database), await openProcess(database)];
    const namespace = toNamespace(randomUUID());
    await one.writer.write([aWrite(namespace, { coordinate: [1], payload: large(1) })]);
    expect((await read(one, namespace))?.payload['mark']).toBe(1);
    await waitFor(async () => (await inRedis(namespace)).length === 1);
    expect((await read(two, namespace))?.payload['mark']).toBe(1);
    expect([one.lookups, two.lookups]).toEqual([
      { hits: 0, misses: 1 },
      { hits: 1, misses: 0 },
    ]);

    await two.writer.write([aWrite(namespace, { coordinate: [1], payload: large(2) })]);
    expect((await read(one, namespace))?.payload['mark']).toBe(2);
    const [hydrated] = await two.reader.findByKeys(namespace, ['1'], new Date());
    expect(hydrated).toEqual(await read(one, namespace));
  });

  it('leaves nothing of a deleted memory in Redis', async () => {
    const process = await openProcess(await openDatabase());
    const namespace = toNamespace(randomUUID());
    await process.writer.write([aWrite(namespace, { coordinate: [1], payload: large(1) })]);
    await read(process, namespace);
    await waitFor(async () => (await inRedis(namespace)).some((text) => text.includes('filler')));
    await process.writer.delete([aDeletion(namespace, '1')]);
    expect(await inRedis(namespace)).toEqual(['2:']);
    expect(await read(process, namespace)).toBeUndefined();
  });

  it('does not mix databases that share a Redis', async () => {
    const [one, two] = [await openProcess(await openDatabase()), await openProcess(await openDatabase())];
    const namespace = toNamespace(randomUUID());
    for (const [index, { writer }] of [one, two].entries()) {
      await writer.write([aWrite(namespace, { coordinate: [1], payload: large(index) })]);
    }
    for (let round = 0; round < 3; round++) {
      expect((await read(one, namespace))?.payload['mark']).toBe(0);
      expect((await read(two, namespace))?.payload['mark']).toBe(1);
      await one.near.clear();
    }
  });

  it('never reads anything older than what was acknowledged, with lost invalidations, late fills and a dying Redis', async () => {
    const database = await openDatabase();
    const processes = [await openProcess(database, UnreliableCache), await openProcess(database, UnreliableCache)];
    const namespace = toNamespace(randomUUID());
    const keys = ['1', '2', '3', '4', '5'];
    const acknowledged = new Map<string, number>();
    const marks = new Map<string, number>();
    const seen: (readonly [at: string, mark: unknown])[] = [];
    let reads = 0;
    let mark = 0;
    let isOver = false;
    const note = (key: string, version: number) => acknowledged.set(key, Math.max(version, acknowledged.get(key) ?? 0));

    const write = async ({ writer }: (typeof processes)[number]): Promise<void> => {
      while (!isOver) {
        const key = keys[Math.floor(Math.random() * keys.length)] ?? '';
        if (Math.random() < 0.2) {
          for (const { version } of await writer.delete([aDeletion(namespace, key)])) note(key, version);
          continue;
        }
        const own = ++mark;
        const command = aWrite(namespace, { coordinate: [Number(key)], payload: large(own) });
        const [receipt] = await writer.write([command]);
        marks.set(`${key}@${receipt?.version}`, own);
        note(key, receipt?.version ?? 0);
        // Readers get a chance to fill the cache with it.
        await waitFor(
          (
            (target) => () =>
              isOver || reads > target
          )(reads + 10),
        );
      }
    };
    const readAll = async ({ reader }: (typeof processes)[number]): Promise<void> => {
      while (!isOver) {
        const before = new Map(acknowledged);
        for (const { key, version, payload } of await reader.findByKeys(namespace, keys, new Date())) {
          // Equal only when the last write was no deletion, which the marks tell.
          expect(version).toBeGreaterThanOrEqual(before.get(key) ?? 0);
          seen.push([`${key}@${version}`, payload['mark']]);
        }
        reads += 1;
      }
    };
    const traffic = Promise.all(processes.flatMap((process) => [write(process), readAll(process), readAll(process)]));
    const steps = async (): Promise<void> => {
      await waitFor(() => reads > 300);
      await server.kill();
      const whileDown = reads;
      await waitFor(() => reads > whileDown + 100);
      await server.start();
      await waitFor(() => processes.every(({ redis }) => redis.isUp));
      const afterwards = reads;
      await waitFor(() => reads > afterwards + 300);
    };
    await Promise.race([steps(), traffic]).finally(() => (isOver = true));
    await traffic;

    expect(seen.filter(([at, read]) => marks.get(at) !== read)).toEqual([]);
    expect(processes.map(({ warnings }) => warnings.length)).toEqual([1, 1]);
    for (const { lookups } of processes) expect(lookups.hits).toBeGreaterThan(100);
  });
});
