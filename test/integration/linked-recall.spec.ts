import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openMemorySystem, type MemorySystem, type MemorySystemOptions } from '@sfm/composition';
import { toNamespace, type Namespace, type NewMemory, type RecallRequest, type RecallResult } from '@sfm/memory';
import { randomUUID } from 'node:crypto';
import { describeWith } from '../services/availability.js';
import { waitFor } from '../services/lifetime/wait-for.js';
import { createTestDatabase, type TestDatabase } from '../services/postgres/postgres.js';
import { testQdrant } from '../services/qdrant/qdrant.js';

const describeOnServers = await describeWith(['postgres', 'qdrant']);

const VECTORS: Record<string, () => Promise<NonNullable<MemorySystemOptions['vectors']>>> = {
  'in this process': async () => ({ kind: 'embedded' }),
  'in Qdrant': async () => ({ kind: 'qdrant', connection: await testQdrant() }),
};

describeOnServers.each(Object.keys(VECTORS))('recall along links, with vectors %s', (place) => {
  let database: TestDatabase;
  let system: MemorySystem;

  beforeAll(async () => {
    database = await createTestDatabase();
    const truth = { kind: 'server', url: database.url } as const;
    const vectors = await VECTORS[place]?.();
    system = await openMemorySystem({ truth, ...(vectors ? { vectors } : {}), expiry: { intervalMs: 0 } });
    await system.indexes.whenReady();
  });
  afterAll(async () => {
    await system.close();
    await database.drop();
  });

  const anyNamespace = () => toNamespace(`linked_${randomUUID()}`);
  const put = (namespace: Namespace, at: number, text: string, more: Partial<NewMemory> = {}) =>
    system.store.store(namespace, {
      coordinate: [at],
      payload: { text },
      type: at === 3 ? 'semantic' : 'episodic',
      ...more,
    });
  const link = (namespace: Namespace, from: number, to: number, weight = 1) =>
    system.links.link(namespace, { from: [from], to: [to], type: 'explains', weight }, 'none');
  const recall = (namespace: Namespace, request: Partial<RecallRequest> = {}) =>
    system.recall.recall(namespace, { query: 'why does the kettle whistle', topK: 3, explain: true, ...request });
  const keys = ({ hits }: RecallResult) => hits.map(({ memory }) => memory.key);

  /** A kettle, what explains it in other words, and much that has words in common with the question. */
  const kitchen = async () => {
    const namespace = anyNamespace();
    await put(namespace, 1, 'The kettle began to whistle');
    await put(namespace, 2, 'Steam leaves through a narrow opening');
    await put(namespace, 3, 'Water turns to vapour at a hundred degrees');
    for (let at = 10; at < 30; at += 1) await put(namespace, at, `The kettle number ${at} stood on the stove`);
    return namespace;
  };

  it('finds what only links lead to, and explains the way and the score', async () => {
    const namespace = await kitchen();
    const before = await recall(namespace);
    expect(keys(before)).not.toContain('2');
    expect((await recall(namespace)).hits).toEqual(before.hits);
    await link(namespace, 1, 2, 0);
    await link(namespace, 3, 2, 0);
    const { hits, degraded } = await recall(namespace);
    expect(hits.map(({ memory }) => memory.key)).toEqual(['1', '2', '3']);
    expect(degraded).toEqual([]);
    for (const { score, explanation } of hits) {
      const sum = explanation?.contributions.reduce((total, { weight, value }) => total + weight * value, 0);
      expect(sum).toBeCloseTo(score, 9);
    }
    const [seed, near, far] = hits.map(({ explanation }) => explanation?.lanes.find(({ lane }) => lane === 'graph'));
    expect(seed).toBeUndefined();
    expect(near?.path).toMatchObject({ seed: [1], steps: [{ to: [2], type: 'explains', direction: 'out' }] });
    expect(far?.path?.steps).toEqual([
      { to: [2], type: 'explains', weight: 0, direction: 'out' },
      { to: [3], type: 'explains', weight: 0, direction: 'in' },
    ]);
    expect(far?.signal).toBeCloseTo(0.75 * (far?.path?.strength ?? NaN), 9);
  });

  it('answers as before without links, when links weigh nothing, and in modes of one lane', async () => {
    const namespace = await kitchen();
    const modes = ['hybrid', 'vector', 'lexical'] as const;
    const all = () => Promise.all(modes.map((mode) => recall(namespace, { mode, topK: 20 })));
    const isIndexed = async () =>
      (await recall(namespace, { topK: 30 })).hits.every(({ explanation }) => explanation?.overlay === false);
    await waitFor(isIndexed, { what: () => 'the memories to be indexed' });
    const before = await all();
    await link(anyNamespace(), 1, 2, 0);
    expect(await all()).toEqual(before);
    await link(namespace, 1, 2, 0);
    const [hybrid, ...alone] = await all();
    expect(alone).toEqual(before.slice(1));
    expect(hybrid).not.toEqual(before[0]);
    const off = await recall(namespace, { topK: 20, weights: { lanes: { graph: 0 } } });
    expect(off).toEqual(before[0]);
  });

  it('follows no link into what is filtered out, expired, deleted, or was never there', async () => {
    const namespace = await kitchen();
    const expiresAt = new Date(Date.now() + 150);
    await put(namespace, 98, 'Vapour that will not stay', { expiresAt });
    for (const to of [2, 3, 98, 99]) await link(namespace, 1, to, 0);
    await waitFor(() => Date.now() > expiresAt.getTime(), { what: () => 'the memory to expire' });
    expect((await recall(namespace, { whyNot: [98] })).whyNot).toMatchObject({ fate: 'expired' });
    expect(keys(await recall(namespace, { filter: { type: 'semantic' } }))).toEqual(['3']);
    await system.forget.forget(namespace, [[2]]);
    const found = keys(await recall(namespace, { topK: 30 }));
    expect(found).toContain('3');
    expect(found.filter((key) => ['2', '98', '99'].includes(key))).toEqual([]);
  });

  it('proposes nothing that does not hold, however it is linked, and says that this is why', async () => {
    const namespace = await kitchen();
    const at = new Date('2020-01-01T00:00:00Z');
    await put(namespace, 4, 'Vapour escapes from the spout', { supersedes: [[2]] });
    await put(namespace, 3, 'Water turns to vapour at a hundred degrees', { validTo: at });
    await put(namespace, 5, 'Gas will heat the water', { validFrom: new Date('2100-01-01T00:00:00Z') });
    for (const to of [2, 3, 5]) await link(namespace, 1, to, 0);
    const now = await recall(namespace, { topK: 40 });
    expect(keys(now).filter((key) => ['2', '3', '5'].includes(key))).toEqual([]);
    for (const place of [2, 3, 5]) {
      const { whyNot } = await recall(namespace, { whyNot: [place] });
      expect(whyNot).toMatchObject({ coordinate: [place], fate: 'not_valid', lanes: [] });
    }
    const linkedAt = async (validity: NonNullable<RecallRequest['validity']>) => {
      const found = keys(await recall(namespace, { topK: 40, validity }));
      return ['2', '3', '5'].filter((key) => found.includes(key));
    };
    expect(await linkedAt({ withSuperseded: true })).toEqual(['2']);
    expect(await linkedAt({ at: new Date(at.getTime() - 1) })).toEqual(['2', '3']);
    expect(await linkedAt({ at: new Date('2101-01-01T00:00:00Z') })).toEqual(['5']);
    // What does not hold is no strong hit, so nothing is found by its links either.
    await put(namespace, 6, 'A hollow sound over the roofs');
    await put(namespace, 7, 'The kettle does whistle, why', { validTo: at });
    await link(namespace, 7, 6, 0);
    expect(keys(await recall(namespace, { topK: 3 }))).not.toContain('6');
    expect(keys(await recall(namespace, { topK: 5, validity: 'any' }))).toContain('6');
  });

  it('says what keeps a linked memory out', async () => {
    const namespace = await kitchen();
    await link(namespace, 1, 2, 99);
    const { whyNot } = await recall(namespace, { whyNot: [2] });
    expect(whyNot).toMatchObject({ fate: 'outscored', lanes: [{}, {}, { lane: 'graph', rank: 1, state: 'asked' }] });
    const sum = whyNot?.contributions.reduce((total, { weight, value }) => total + weight * value, 0);
    expect(sum).toBeCloseTo(whyNot?.score ?? NaN, 9);
    expect(whyNot?.needed ?? 0).toBeGreaterThan(whyNot?.score ?? Infinity);
    expect((await recall(anyNamespace(), { whyNot: [2] })).whyNot).toMatchObject({ fate: 'not_found', lanes: [] });
  });
});
