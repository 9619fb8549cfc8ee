import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openMemorySystem, type MemorySystem } from '@sfm/composition';
import { toNamespace, type Namespace } from '@sfm/memory';
import { randomUUID } from 'node:crypto';
import { describeWith } from '../services/availability.js';
import { createTestDatabase, type TestDatabase } from '../services/postgres/postgres.js';

const describePostgres = await describeWith(['postgres']);

let database: TestDatabase;
let system: MemorySystem;

const anyNamespace = () => toNamespace(`importance_${randomUUID()}`);
const start = async () => {
  system = await openMemorySystem({ truth: { kind: 'server', url: database.url } });
};
const restart = async () => {
  await system.close();
  await start();
};
/** The norms of memories that are stored one after the other. */
const store = async (namespace: Namespace, importances: readonly number[]) => {
  const norms: number[] = [];
  for (const importance of importances) {
    const coordinate = [Math.random()];
    await system.store.store(namespace, { coordinate, payload: {}, type: 'semantic', importance });
    norms.push((await system.read.get(namespace, coordinate)).importanceNorm);
  }
  return norms.map((norm) => Number(norm.toFixed(6)));
};
const oneToTen = (count: number) => Array.from({ length: count }, (_, index) => 1 + (index % 10));
describePostgres('importances', () => {
  beforeAll(async () => {
    database = await createTestDatabase();
    await start();
  });
  afterAll(async () => {
    await system.close();
    await database.drop();
  });

  it('go on after a restart as if there had been none', async () => {
    const namespace = anyNamespace();
    expect(await store(namespace, [3, 9, 5])).toEqual([0, 1, 0.333333]);
    await restart();
    expect(await store(namespace, [1, 7, 12])).toEqual([0, 0.75, 1]);
    await system.store.storeAll(
      namespace,
      oneToTen(58).map((importance, index) => ({ coordinate: [index], payload: {}, type: 'semantic', importance })),
    );
    await restart();
    expect(await store(namespace, [500])).toEqual([1]);
    await restart();
    const [norm] = await store(namespace, [10]);
    // A curve, not a line: the 500 has not flattened the rest.
    expect(norm).toBeGreaterThan(0.7);
  });

  it('decide between memories that fit a question alike, by how they compare now, and the explanation says so', async () => {
    const namespace = anyNamespace();
    const put = (coordinate: number, importance?: number) =>
      system.store.store(namespace, {
        coordinate: [coordinate],
        payload: { text: 'the kettle is blue' },
        type: 'semantic',
        ...(importance === undefined ? {} : { importance }),
      });
    await put(1, 100);
    await put(2, 1);
    await put(3);
    await put(4, 50.5);
    const recall = (weight: number) =>
      system.recall.recall(namespace, { query: 'kettle', topK: 10, importance: { weight }, explain: true });
    const { hits } = await recall(0.1);
    expect(hits.map(({ memory }) => memory.key)).toEqual(['1', '4', '3', '2']);
    // The first of a namespace has nothing to be compared with when it is stored.
    expect(hits[0]?.memory.importanceNorm).toBe(0);
    const weighed = hits.map(({ explanation }) =>
      explanation?.contributions.find(({ signal }) => signal === 'importance'),
    );
    expect(weighed.map((term) => term?.value)).toEqual([1, 0.5, undefined, undefined]);
    for (const { score, explanation } of hits) {
      const sum = explanation?.contributions.reduce((total, { contribution }) => total + contribution, 0);
      expect(score).toBeCloseTo(sum ?? 0, 6);
    }
  });

  it('that are all equal take nothing from similarity', async () => {
    const namespace = anyNamespace();
    const memory = (coordinate: number, text: string) =>
      ({ coordinate: [coordinate], payload: { text }, type: 'semantic', importance: 5 }) as const;
    await system.store.storeAll(namespace, [memory(1, 'the lamp is red'), memory(2, 'the kettle is blue')]);
    const plain = await system.recall.recall(namespace, { query: 'kettle', topK: 2 });
    const weighed = await system.recall.recall(namespace, { query: 'kettle', topK: 2, importance: { weight: 1 } });
    expect(weighed.hits.map(({ memory: { key }, score }) => [key, score])).toEqual(
      plain.hits.map(({ memory: { key }, score }) => [key, score]),
    );
    expect(weighed.hits[0]?.score).toBeGreaterThan(0);
  });

  it('can be changed, which is recalled and makes no other norm anew', async () => {
    const namespace = anyNamespace();
    await store(namespace, [0, 10]);
    for (const [coordinate, importance] of [
      [1, 2],
      [2, 8],
    ] as const) {
      const payload = { text: 'the kettle is blue' };
      await system.store.store(namespace, { coordinate: [coordinate], payload, type: 'semantic', importance });
    }
    const best = async () => {
      const { hits } = await system.recall.recall(namespace, { query: 'kettle', topK: 1, importance: { weight: 0.1 } });
      return hits[0]?.memory.key;
    };
    expect(await best()).toBe('2');
    await system.amend.amend(namespace, [1], { importance: 10 });
    expect(await best()).toBe('1');
    expect((await system.read.get(namespace, [1])).importanceNorm).toBe(1);
    expect((await system.read.get(namespace, [2])).importanceNorm).toBe(0.8);
    const { versions } = await system.history.history(namespace, [1], { limit: 5 });
    expect(versions.map(({ content }) => content?.importanceNorm)).toEqual([1, 0.2]);
  });

  it.each([Number.NaN, Infinity, -Infinity])('%s is refused, and nothing is counted', async (importance) => {
    const namespace = anyNamespace();
    await store(namespace, [0, 10]);
    const memory = { coordinate: [1], payload: {}, type: 'semantic', importance } as const;
    await expect(system.store.store(namespace, memory)).rejects.toMatchObject({ field: 'importance' });
    expect(await store(namespace, [5])).toEqual([0.5]);
  });

  it.each([
    ['5', 5],
    [' -2.5e1 ', -25],
    [7, 7],
    ['high', null],
    ['1e999', null],
    ['', null],
    [null, null],
  ])('a payload that says %j has the importance %j', async (said, importance) => {
    const namespace = anyNamespace();
    await system.store.store(namespace, { coordinate: [1], payload: { importance: said }, type: 'semantic' });
    expect((await system.read.get(namespace, [1])).importance).toBe(importance);
  });
});
