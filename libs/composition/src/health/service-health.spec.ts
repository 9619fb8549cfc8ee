import { beforeEach, describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { IndexWarmup, StoreFullError, type Embedder } from '@sfm/memory';
import { ComponentHealth, HealthModule } from '@sfm/observability';
import type { PostgresHealth } from '@sfm/storage';
import { ServiceHealth } from './service-health.js';
import type { VectorsHealth } from './vectors-health.js';

describe('readiness', () => {
  let down: Set<'truth' | 'vectors' | 'embedder'>;
  let full: boolean;
  let health: ComponentHealth;

  beforeEach(async () => {
    down = new Set();
    full = false;
    health = (await Test.createTestingModule({ imports: [HealthModule] }).compile()).get(ComponentHealth);
  });

  const answer = async (part: 'truth' | 'vectors' | 'embedder') => {
    if (down.has(part)) throw new Error('down');
    if (part === 'truth' && full) throw new StoreFullError('no space');
    return 1;
  };
  const reportOf = (warmup: IndexWarmup) => {
    const truth: Pick<PostgresHealth, 'check'> = { check: () => answer('truth') };
    const vectors: Pick<VectorsHealth, 'check'> = { check: () => answer('vectors') };
    const embedder: Pick<Embedder, 'embed' | 'space'> = {
      space: 'test',
      embed: async () => [Float32Array.of(await answer('embedder'))],
    };
    return new ServiceHealth(health, { truth, vectors, embedder, warmup, servers: [] }).read();
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

  it('costs nothing while nothing was checked anew: the report is the same', async () => {
    const warmup = own();
    warmup.markReady();
    const parts = { servers: [], warmup };
    const truth = { check: () => answer('truth') };
    const embedder = { space: 'test', embed: () => Promise.resolve([]) };
    const service = new ServiceHealth(health, { ...parts, truth, embedder, vectors: truth });
    const reports = await Promise.all(Array.from({ length: 20 }, () => service.read()));
    expect(await service.read()).toBe(reports.at(-1));
    expect(await service.read(500)).toBe(reports.at(-1));
  });
});
