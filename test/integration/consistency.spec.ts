import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openMemorySystem, type MemorySystem, type MemorySystemOptions } from '@sfm/composition';
import {
  ConsistencyScope,
  DEFAULT_CONSOLIDATION,
  UnknownWriteError,
  toNamespace,
  withConsistency,
  WriteNotVisibleError,
  type Namespace,
  type RecallRequest,
  type WritePosition,
} from '@sfm/memory';
import { randomUUID } from 'node:crypto';
import { describeWith } from '../services/availability.js';
import { createTestDatabase, type TestDatabase } from '../services/postgres/postgres.js';
import { testQdrant } from '../services/qdrant/qdrant.js';

const describeReal = await describeWith(['postgres', 'qdrant']);

/** Nobody answers there, so that no write is ever indexed: what is recalled comes from overlay and ledger. */
const NO_BROKERS = ['127.0.0.1:9'];
/** Pending memories that the vector lane searches. */
const OVERLAY = 3;
const HEADER = 'X-Soma-Consistency';

let database: TestDatabase;
let systems: MemorySystem[];

const system = (index: number): MemorySystem => {
  const found = systems[index];
  if (!found) throw new Error(`no system ${index}`);
  return found;
};
const anyNamespace = () => toNamespace(`seen_${randomUUID()}`);

/** Does a write, and returns where it stands. */
async function positionOf(write: () => Promise<unknown>): Promise<WritePosition> {
  const scope = new ConsistencyScope();
  await withConsistency(scope, write);
  return scope.newest ?? system(0).consistency.newest();
}

/** Recalls through a system that has to see the write. */
async function seeing(
  { consistency, recall }: MemorySystem,
  position: WritePosition,
  [namespace, request]: readonly [Namespace, Partial<RecallRequest>],
) {
  await consistency.whenSeen(position, HEADER);
  const work = () => recall.recall(namespace, { query: 'kettle', topK: 10, ...request });
  return withConsistency(new ConsistencyScope(position), work);
}
const texts = ({ hits }: Awaited<ReturnType<typeof seeing>>) => hits.map(({ memory }) => memory.payload['text']);
const put = (namespace: Namespace, place: number, text: string) =>
  system(0).store.store(namespace, { coordinate: [place], payload: { text }, type: 'episodic' });

describeReal('two processes on one PostgreSQL and one Qdrant, whose indexes stand still', () => {
  beforeAll(async () => {
    const [created, qdrant] = await Promise.all([createTestDatabase(), testQdrant()]);
    database = created;
    const { url, name } = created;
    const options: MemorySystemOptions = {
      truth: { kind: 'server', url },
      vectors: { kind: 'qdrant', connection: qdrant },
      events: { kind: 'kafka', connection: { brokers: NO_BROKERS } },
      namespace: `seen_${name}`,
      recall: { overlay: { maxPoints: OVERLAY }, visibilityWaitMs: 300 },
    };
    systems = await Promise.all([openMemorySystem(options), openMemorySystem(options)]);
    await Promise.all(systems.map(({ indexes }) => indexes.whenReady()));
  });
  afterAll(async () => {
    await Promise.all(systems.map((opened) => opened.close()));
    await database.drop();
  });

  it('the one sees each kind of write of the other', async () => {
    const namespace = anyNamespace();
    const first = system(0);
    const see = async (write: () => Promise<unknown>, request: Partial<RecallRequest> = {}) =>
      texts(await seeing(system(1), await positionOf(write), [namespace, request]));
    expect(await see(() => put(namespace, 1, 'a kettle'))).toEqual(['a kettle']);
    expect(await see(() => put(namespace, 1, 'a blue kettle'))).toEqual(['a blue kettle']);
    const bulk = [2, 3].map((x) => ({ coordinate: [x], payload: { text: `kettle ${x}` }, type: 'episodic' }) as const);
    expect(await see(() => first.store.storeAll(namespace, bulk))).toHaveLength(3);
    expect(await see(() => first.store.storeEach(namespace, [{ ...bulk[0], coordinate: [4] }] as never))).toHaveLength(
      4,
    );
    const marked = { filter: { payload: [{ path: ['metadata', 'seen'], equals: true }] } };
    const amend = () => first.amend.amend(namespace, [3], { metadata: { seen: true } });
    expect(await see(amend, marked)).toEqual(['kettle 3']);
    expect(await see(() => first.forget.forget(namespace, [[2], [3], [4]]))).toEqual(['a blue kettle']);
    expect(await see(() => first.restore.restore(namespace, [1], { version: 1 }))).toEqual(['a kettle']);
    expect(await see(() => first.restore.restore(namespace, [2], { version: 1 }))).toHaveLength(2);
  });

  it('a request that stores, and then links or deletes, is named by what came last', async () => {
    const namespace = anyNamespace();
    const { store, outcomes, consolidations, consistency } = system(0);
    const isLast = async (write: () => Promise<unknown>) =>
      expect(await positionOf(write)).toEqual(await consistency.newest());
    const predicting = { text: 'the kettle boils', predicted_outcome: 'boiled' };
    await store.store(namespace, { coordinate: [1], payload: predicting, type: 'episodic' });
    await isLast(() => outcomes.report(namespace, [1], { outcome: 'cold' }));
    await put(namespace, 2, 'the kettle boils');
    let id = '';
    await isLast(async () => ({ id } = (await consolidations.run(namespace, DEFAULT_CONSOLIDATION)).run));
    await isLast(() => consolidations.undo(namespace, id));
  });

  it('under a storm of writes each is seen at once', async () => {
    const namespace = anyNamespace();
    const rounds = Array.from({ length: 40 }, (_, index) => index);
    const seen = await Promise.all(
      rounds.map(async (round) => {
        const position = await positionOf(() => put(namespace, round, `kettle of ${round}`));
        return texts(await seeing(system(1), position, [namespace, { query: `kettle ${round}`, topK: 100 }]));
      }),
    );
    for (const [round, found] of seen.entries()) expect(found).toContain(`kettle of ${round}`);
  });

  it('waits where no lane that is asked has it, then says so; without a token the lane is named', async () => {
    const namespace = anyNamespace();
    let position = await positionOf(() => put(namespace, 0, 'kettle 0'));
    const vectors = { mode: 'vector' } as const;
    expect(texts(await seeing(system(1), position, [namespace, vectors]))).toEqual(['kettle 0']);
    for (let x = 1; x <= OVERLAY; x += 1) position = await positionOf(() => put(namespace, x, `kettle ${x}`));
    await expect(seeing(system(1), position, [namespace, vectors])).rejects.toThrow(WriteNotVisibleError);
    expect(texts(await seeing(system(1), position, [namespace, {}]))).toHaveLength(OVERLAY + 1);
    const { degraded, indexLag } = await system(1).recall.recall(namespace, { query: 'kettle', topK: 1, ...vectors });
    expect([degraded, indexLag?.events]).toEqual([['vector'], OVERLAY + 1]);
    expect(indexLag?.seconds).toBeGreaterThan(0);
  });

  it('does not know a write of another database, nor one that is yet to come', async () => {
    const position = await positionOf(() => put(anyNamespace(), 1, 'kettle'));
    for (const unknown of [
      { ...position, seq: position.seq + 1000 },
      { ...position, eventId: randomUUID() },
    ]) {
      await expect(system(1).consistency.whenSeen(unknown, HEADER)).rejects.toThrow(UnknownWriteError);
    }
  });
});
