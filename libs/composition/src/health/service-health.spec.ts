import { beforeEach, describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { IndexUnusableError, IndexWarmup, StoreFullError, type Embedder, type IndexState } from '@sfm/memory';
import { ComponentHealth, HealthModule } from '@sfm/observability';
import type { PostgresHealth } from '@sfm/storage';
import { ServiceHealth } from './service-health.js';
import type { VectorsHealth } from './vectors-health.js';

describe('readiness', () => {
  let down: Set<'truth' | 'links' | 'vectors' | 'embedder'>;
  let full: boolean;
  let unknownMigrations: string[];
  let health: ComponentHealth;
  let usedBytes: number;
  let problem: string | undefined;
  const room = {
    get use() {
      return { heap: { usedBytes, limitBytes: 100 }, resident: { usedBytes: 30, limitBytes: 90 }, collections: 0 };
    },
    get problem() {
      return problem;
    },
  };

  beforeEach(async () => {
    down = new Set();
    usedBytes = 10;
    problem = undefined;
    full = false;
    unknownMigrations = [];
    health = (await Test.createTestingModule({ imports: [HealthModule] }).compile()).get(ComponentHealth);
  });

  const answer = async (part: 'truth' | 'links' | 'vectors' | 'embedder') => {
    if (down.has(part)) throw new Error('down');
    if (part === 'truth' && full) throw new StoreFullError('no space');
    return 1;
  };
  const schema = { unknownMigrations: () => Promise.resolve(unknownMigrations) };
  const reportOf = (warmup: IndexWarmup) => {
    const truth: Pick<PostgresHealth, 'check' | 'checkLinks' | 'rowSecurity'> = {
      check: () => answer('truth'),
      checkLinks: () => answer('links'),
      rowSecurity: async () => 'enforced',
    };
    const vectors: Pick<VectorsHealth, 'check'> = { check: () => answer('vectors') };
    const embedder: Pick<Embedder, 'embed' | 'space'> = {
      space: 'test',
      embed: async () => [Float32Array.of(await answer('embedder'))],
    };
    const spaces = { facts: {} };
    return new ServiceHealth(health, { truth, schema, vectors, embedder, spaces, warmup, room, servers: [] }).read();
  };
  /** With this process's own indexes, both of them to be filled. */
  const own = () => new IndexWarmup(10);
  /** With vectors on a server. */
  const followed = () => new IndexWarmup(10, ['lexical']);

  it('begins when vectors can answer, though the words are still being loaded', async () => {
    const report = await reportOf(followed());
    expect(report.obstacle).toBeUndefined();
    expect(report.components.filter(({ healthy }) => !healthy)).toMatchObject([
      { name: 'lexical_index', details: { error: 'loading' } },
    ]);
  });

  it.each(['vectors', 'embedder'] as const)('waits for the words while the %s cannot answer', async (part) => {
    down.add(part);
    const warmup = followed();
    expect((await reportOf(warmup)).obstacle).toBe(
      'the index of words is still being loaded, and vectors cannot answer',
    );
    warmup.markReady();
    expect((await reportOf(warmup)).obstacle).toBeUndefined();
  });

  it('begins with the first index where both are loaded', async () => {
    const warmup = own();
    const loading = await reportOf(warmup);
    expect(loading).toMatchObject({ vectorStore: false, obstacle: 'the indexes are still being loaded' });
    warmup.markLoaded('lexical');
    expect((await reportOf(warmup)).obstacle).toBeUndefined();
  });

  it('ends while the truth does not answer', async () => {
    down.add('truth');
    const warmup = own();
    warmup.markReady();
    expect(await reportOf(warmup)).toMatchObject({ kvStore: false, obstacle: 'the truth store does not answer' });
  });

  const without = (states: Partial<Record<string, IndexState>>) => {
    problem = 'there is not enough memory';
    const warmup = new IndexWarmup(10, undefined, { stateOf: (index) => states[index] ?? 'whole', problem });
    warmup.markReady();
    return warmup;
  };

  it('goes on without an index that there is no room for, and says so', async () => {
    const report = await reportOf(without({ lexical: 'none' }));
    expect(report.obstacle).toBeUndefined();
    expect(report.components.filter(({ healthy }) => !healthy)).toMatchObject([
      { name: 'lexical_index', details: { error: 'no_room' } },
      { name: 'process_memory', details: { error: 'no_room', heap_used_percent: 10, resident_used_percent: 33 } },
    ]);
    down.add('embedder');
    expect((await reportOf(without({ lexical: 'none' }))).obstacle).toBe(
      'the index of words has no room, and vectors cannot answer',
    );
  });

  it('ends when there is room for no index, and what to do is the reason; one that takes no more still answers', async () => {
    expect((await reportOf(without({ lexical: 'none', vector: 'none' }))).obstacle).toBe('there is not enough memory');
    expect((await reportOf(without({ lexical: 'none', vector: 'partial' }))).obstacle).toBeUndefined();
  });

  it('goes on when memory is nearly used up, and says so from four fifths on', async () => {
    for (const [used, healthy] of [
      [79, true],
      [80, false],
    ] as const) {
      usedBytes = used;
      health = (await Test.createTestingModule({ imports: [HealthModule] }).compile()).get(ComponentHealth);
      const warmup = own();
      warmup.markReady();
      const { components, obstacle } = await reportOf(warmup);
      expect(components.find(({ name }) => name === 'process_memory')).toMatchObject({
        healthy,
        details: { heap_used_percent: used, heap_limit_bytes: 100, resident_limit_bytes: 90 },
      });
      expect(obstacle).toBeUndefined();
    }
  });

  it('ends while the disk of the truth is full, and says so', async () => {
    const warmup = own();
    warmup.markReady();
    full = true;
    expect(await reportOf(warmup)).toMatchObject({
      kvStore: false,
      obstacle: expect.stringMatching(/disk .*is full/),
      components: expect.arrayContaining([
        expect.objectContaining({ name: 'postgresql', details: expect.objectContaining({ error: 'store_full' }) }),
      ]),
    });
  });

  it('goes on while links cannot be read, which is told', async () => {
    down.add('links');
    const warmup = own();
    warmup.markReady();
    const report = await reportOf(warmup);
    expect(report).toMatchObject({ kvStore: true, graphStore: false });
    expect(report.obstacle).toBeUndefined();
  });

  it('costs nothing while nothing was checked anew: the report is the same', async () => {
    const warmup = own();
    warmup.markReady();
    const parts = { servers: [], warmup, room, schema, spaces: { facts: { former_space: 'hash-v1:8' } } };
    const truth = {
      check: () => answer('truth'),
      checkLinks: () => answer('links'),
      rowSecurity: () => Promise.resolve('enforced' as const),
    };
    const embedder = { space: 'test', embed: () => Promise.resolve([]) };
    const service = new ServiceHealth(health, { ...parts, truth, embedder, vectors: truth });
    const reports = await Promise.all(Array.from({ length: 20 }, () => service.read()));
    expect(await service.read()).toBe(reports.at(-1));
    expect(await service.read(500)).toBe(reports.at(-1));
    expect(reports[0]?.components.find(({ name }) => name === 'embedder')).toMatchObject({
      healthy: true,
      details: { space: 'test', former_space: 'hash-v1:8' },
    });
  });

  it('tells an index that cannot be used from one that does not answer', async () => {
    const warmup = own();
    warmup.markReady();
    const failing = (error: Error) => ({ check: () => Promise.reject(error) });
    const rowSecurity = () => Promise.resolve('enforced' as const);
    const truth = { check: () => answer('truth'), checkLinks: () => answer('links'), rowSecurity };
    const embedder = { space: 'test', embed: () => Promise.resolve([]) };
    const parts = { truth, schema, embedder, spaces: { facts: {} }, warmup, room, servers: [] };
    const vectors = failing(new IndexUnusableError('of another embedding space'));
    const { components, vectorStore } = await new ServiceHealth(health, { ...parts, vectors }).read();
    expect(vectorStore).toBe(false);
    expect(components.find(({ name }) => name === 'vector_index')?.details).toMatchObject({ error: 'index_unusable' });
  });

  it('goes on with a schema of a newer release, and says so with its migrations', async () => {
    unknownMigrations = ['AddWings1999999999999'];
    const warmup = own();
    warmup.markReady();
    const { components, obstacle } = await reportOf(warmup);
    expect(obstacle).toBeUndefined();
    expect(components.filter(({ healthy }) => !healthy)).toMatchObject([
      { name: 'schema', details: { error: 'newer_release', unknown_migrations: 'AddWings1999999999999' } },
    ]);
  });
});
