import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openMemorySystem, type MemorySystem } from '@sfm/composition';
import {
  DEFAULT_CONSOLIDATION,
  LockHeldError,
  toNamespace,
  type ConsolidationRequest,
  type Coordinate,
  type FinishedRun,
  type Namespace,
  type NewMemory,
} from '@sfm/memory';
import { aForeignDelete } from '@sfm/memory/testing';
import { createDataSource, PostgresDatabase, PostgresEventLedger, resolveConnection } from '@sfm/storage';
import { randomUUID } from 'node:crypto';
import { describeWith } from '../services/availability.js';
import { createTestDatabase, type TestDatabase } from '../services/postgres/postgres.js';
import { waitFor } from '../services/lifetime/wait-for.js';

const describePostgres = await describeWith(['postgres']);

let database: TestDatabase;
let system: MemorySystem;

const anyNamespace = () => toNamespace(`consolidation_${randomUUID()}`);
const happened = (namespace: Namespace, n: number, text: string, more: Partial<NewMemory> = {}) =>
  system.store.store(namespace, {
    coordinate: [n],
    payload: { text, timestamp: 1_700_000_000 + n },
    type: 'episodic',
    ...more,
  });
const run = (namespace: Namespace, request: Partial<ConsolidationRequest> = {}) =>
  system.consolidations.run(namespace, { ...DEFAULT_CONSOLIDATION, ...request });
const semantic = async (namespace: Namespace) =>
  (await system.read.list(namespace, { filter: { type: 'semantic' }, limit: 50 })).memories;
const statesOf = ({ plan }: FinishedRun) => plan.clusters.map(({ state, sources }) => [state, sources.length]);
const only = async (namespace: Namespace) => {
  const found = await semantic(namespace);
  expect(found).toHaveLength(1);
  const [memory] = found;
  if (!memory) throw new Error('none');
  return memory;
};
const linkedTo = async (namespace: Namespace, of: Coordinate) => {
  const { links } = await system.graph.list(namespace, { of, direction: 'out', limit: 50 });
  return links.map(({ type, to }) => `${type} ${to.key}`);
};
const agrees = (namespace: Namespace) =>
  waitFor(async () => (await system.verifier.verify({ namespaces: [namespace], maxPendingSeconds: Infinity })).agrees);
/** Lets the process end, as far as a run can tell, at a call of a method; returns how to go on. */
function endingAt<Method extends string>(
  call: number,
  service: { [name in Method]: (...given: never[]) => Promise<unknown> },
  method: Method,
): () => void {
  const real = service[method];
  let left = call;
  service[method] = (...given) => {
    left -= 1;
    return left > 0 ? Reflect.apply(real, service, given) : Promise.reject(new Error('the process ended'));
  };
  return () => void (service[method] = real);
}
/** As a consumer does what an event of another producer says. */
const deletedElsewhere = async (namespace: Namespace, ...keys: string[]) => {
  const connection = await resolveConnection(database.url);
  const dataSource = createDataSource({ connection, entities: [], migrations: [], pool: { size: 1 } });
  await dataSource.initialize();
  await new PostgresEventLedger(new PostgresDatabase(dataSource)).record(
    keys.map((key) => aForeignDelete(namespace, key)),
  );
  await dataSource.destroy();
};
/** Two memories of a kettle and one of a cat. */
const aHistory = async () => {
  const namespace = anyNamespace();
  await happened(namespace, 1, 'the kettle boils water', { importance: 3 });
  await happened(namespace, 2, 'the cat sleeps');
  await happened(namespace, 3, 'the kettle boils more water', { importance: 8 });
  return namespace;
};

describePostgres('consolidation', () => {
  beforeAll(async () => {
    database = await createTestDatabase();
    system = await openMemorySystem({ truth: { kind: 'server', url: database.url } });
  });
  afterAll(async () => {
    await system.close();
    await database.drop();
  });

  it('makes one memory of a cluster, which quotes its sources and is linked with each; they stay', async () => {
    const namespace = await aHistory();
    const before = await system.read.getMany(namespace, [[1], [2], [3]]);
    const { run: done, plan, items } = await run(namespace);
    expect(done).toMatchObject({ state: 'done', totals: { lookedAt: 3, hasMore: false, clusters: 1, unchanged: 0 } });
    expect(plan.clusters).toMatchObject([{ state: 'new', by: ['similarity'] }]);
    const memory = await only(namespace);
    expect(items).toMatchObject([{ key: memory.key, version: 1, priorVersion: 0, outcome: 'made' }]);
    expect(memory).toMatchObject({ type: 'semantic', importance: 8, expiresAt: null });
    expect(memory.payload).toEqual({
      fact: 'Summary of 2 events:\n1. “the kettle boils water”\n2. “the kettle boils more water”',
      consolidated_from: [[1], [3]],
      sources: [
        { coordinate: [1], version: 1, timestamp: 1_700_000_001, text: 'the kettle boils water' },
        { coordinate: [3], version: 1, timestamp: 1_700_000_003, text: 'the kettle boils more water' },
      ],
      timestamp: 1_700_000_003,
    });
    expect(await linkedTo(namespace, memory.coordinate)).toEqual(['consolidated_from 1', 'consolidated_from 3']);
    const after = await system.read.getMany(namespace, [[1], [2], [3]]);
    expect(after.map(({ payload, version }) => [payload, version])).toEqual(
      before.map(({ payload, version }) => [payload, version]),
    );
    const { hits } = await system.recall.recall(namespace, { query: 'boiling kettle', topK: 9 });
    expect(hits.map((hit) => hit.memory.key)).toContain(memory.key);
    await agrees(namespace);
  });

  it('shows in a dry run what a run then does, and writes nothing', async () => {
    const namespace = await aHistory();
    const shown = await system.consolidations.preview(namespace, DEFAULT_CONSOLIDATION);
    expect(await semantic(namespace)).toEqual([]);
    expect(await system.consolidations.list(namespace, { limit: 5 })).toEqual({ runs: [] });
    const { plan } = await run(namespace);
    expect(plan).toEqual(shown);
  });

  it('changes nothing when it runs again, and makes a version of a cluster that has changed', async () => {
    const namespace = await aHistory();
    await run(namespace);
    const first = await only(namespace);
    expect(statesOf(await run(namespace))).toEqual([['unchanged', 2]]);
    expect(await only(namespace)).toEqual(first);
    await system.amend.amend(namespace, first.coordinate, { importance: 2, metadata: { reviewed: true } });
    expect(statesOf(await run(namespace))).toEqual([['unchanged', 2]]);
    await happened(namespace, 4, 'the kettle boils water again');
    await happened(namespace, 1, 'the kettle boils hot water');
    expect(statesOf(await run(namespace))).toEqual([['changed', 3]]);
    const second = await only(namespace);
    expect(second).toMatchObject({ key: first.key, version: 3, importance: 2, id: first.id });
    expect(second.payload).toMatchObject({ consolidated_from: [[1], [3], [4]], metadata: { reviewed: true } });
    expect(second.payload['fact']).toContain('1. “the kettle boils hot water”');
    expect(await linkedTo(namespace, second.coordinate)).toHaveLength(3);
    await agrees(namespace);
  });

  it('keeps together what it has consolidated, when part of it has left the window', async () => {
    const namespace = anyNamespace();
    await happened(namespace, 1, 'the kettle boils water');
    const from = (await system.read.get(namespace, [1])).createdAt.getTime() + 1;
    await waitFor(async () => Date.now() > from);
    await happened(namespace, 3, 'the kettle boils more water');
    await run(namespace);
    const first = await only(namespace);
    await happened(namespace, 4, 'the kettle boils water again');
    const later = await run(namespace, { windowSeconds: 60, until: new Date(from + 60_000) });
    expect(later.plan.lookedAt).toBe(2);
    expect(statesOf(later)).toEqual([['changed', 3]]);
    const second = await only(namespace);
    expect([second.key, second.payload['consolidated_from']]).toEqual([first.key, [[1], [3], [4]]]);
  });

  it('makes the reference’s form of single events', async () => {
    const namespace = anyNamespace();
    await happened(namespace, 7, 'the kettle is blue', { coordinate: [7, 8] });
    await run(namespace, { minSources: 1 });
    expect((await only(namespace)).payload).toEqual({
      fact: 'Summary of event at 1700000007',
      source_coord: [7, 8],
      consolidated_from: [7, 8],
      sources: [{ coordinate: [7, 8], version: 1, timestamp: 1_700_000_007, text: 'the kettle is blue' }],
      timestamp: 1_700_000_007,
    });
  });

  it('goes with the first of its sources that is deleted or expires, and comes back without it', async () => {
    const namespace = await aHistory();
    await happened(namespace, 4, 'the kettle boils water', { expiresAt: new Date(Date.now() + 3_600_000) });
    await run(namespace);
    const memory = await only(namespace);
    expect(memory.expiresAt).toEqual((await system.read.get(namespace, [4])).expiresAt);
    expect(await system.forget.forget(namespace, [[1]])).toBe(1);
    expect(await semantic(namespace)).toEqual([]);
    const { hits } = await system.recall.recall(namespace, { query: 'kettle', topK: 9 });
    const found = hits.map((hit) => hit.memory.key);
    expect(found).toEqual(expect.arrayContaining(['3', '4']));
    expect(found).not.toContain(memory.key);
    expect(found).not.toContain('1');
    await run(namespace);
    const again = await only(namespace);
    expect(again.payload['consolidated_from']).toEqual([[3], [4]]);
    expect(again).toMatchObject({ key: expect.not.stringMatching(new RegExp(`^${memory.key}$`)) });
    await agrees(namespace);
  });

  it('does not take in what does not hold, and is made anew without a source that another takes the place of', async () => {
    const namespace = await aHistory();
    await happened(namespace, 4, 'the kettle boils water again', { validTo: new Date('2020-01-01T00:00:00Z') });
    await happened(namespace, 5, 'the kettle boils water once more');
    expect(statesOf(await run(namespace))).toEqual([['new', 3]]);
    const first = await only(namespace);
    expect(first.payload['consolidated_from']).toEqual([[1], [3], [5]]);
    await happened(namespace, 6, 'tea was made of rain', { supersedes: [[1]] });
    expect(statesOf(await run(namespace))).toEqual([['stale', 2]]);
    const second = await only(namespace);
    expect([second.key, second.payload['consolidated_from']]).toEqual([first.key, [[3], [5]]]);
    expect(JSON.stringify(second.payload)).not.toContain('“the kettle boils water”');
    const { versions } = await system.history.history(namespace, second.coordinate, { limit: 9 });
    expect(
      versions.some(({ content }) => JSON.stringify(content?.payload ?? null).includes('“the kettle boils water”')),
    ).toBe(false);
    await agrees(namespace);
  });

  it('goes when the last of its sources is superseded or does not hold any more, whatever a run looks at', async () => {
    const namespace = await aHistory();
    await run(namespace);
    const { key } = await only(namespace);
    await happened(namespace, 6, 'tea was made of rain', { supersedes: [[1]] });
    await system.amend.amend(namespace, [3], { validTo: new Date('2020-01-01T00:00:00Z') });
    // A window that has none of them.
    const later = { windowSeconds: 60, until: new Date(Date.now() + 3_600_000) };
    const shown = await system.consolidations.preview(namespace, { ...DEFAULT_CONSOLIDATION, ...later });
    expect(shown.clusters).toMatchObject([{ key, state: 'orphaned', sources: [] }]);
    expect(await semantic(namespace)).toHaveLength(1);
    const { plan, items } = await run(namespace, later);
    expect([plan.clusters.map(({ state }) => state), items]).toEqual([['orphaned'], []]);
    expect(await semantic(namespace)).toEqual([]);
    expect((await run(namespace, later)).plan.clusters).toEqual([]);
    await agrees(namespace);
  });

  it('goes when another producer deletes the last of its sources', async () => {
    const namespace = await aHistory();
    await run(namespace);
    const { key } = await only(namespace);
    await deletedElsewhere(namespace, '1', '3');
    expect((await only(namespace)).key).toBe(key);
    expect(statesOf(await run(namespace))).toEqual([['orphaned', 0]]);
    expect(await semantic(namespace)).toEqual([]);
  });

  it('quotes a source that was changed as it was, until the next run', async () => {
    const namespace = await aHistory();
    await run(namespace);
    const before = await only(namespace);
    await happened(namespace, 1, 'the kettle boils cold water');
    expect(await only(namespace)).toEqual(before);
    expect(statesOf(await run(namespace))).toEqual([['changed', 2]]);
    expect((await only(namespace)).payload['fact']).toContain('“the kettle boils cold water”');
  });

  it('outlives sources that a rule removes, and goes with its namespace', async () => {
    const namespace = await aHistory();
    await run(namespace);
    const before = await only(namespace);
    await system.retention.replace(namespace, { maxAgeSeconds: null, maxMemories: 1, keepImportanceFrom: 8 });
    const report = async () => (await system.lifecycle.run(namespace)).isComplete;
    await waitFor(() => report().catch(() => false), { what: () => 'the rules to be applied' });
    const left = async () => (await system.read.list(namespace, { limit: 9 })).memories.map(({ key }) => key);
    // The cat and the kettle of no importance are gone.
    expect((await left()).sort()).toEqual(['3', before.key].sort());
    expect(await only(namespace)).toEqual(before);
    expect(await linkedTo(namespace, before.coordinate)).toEqual(['consolidated_from 3']);
    await agrees(namespace);
    // When the last of them is gone too, the next run notes it, once; and takes it back when the run is undone.
    await system.amend.amend(namespace, before.coordinate, { importance: 9 });
    await system.retention.replace(namespace, { maxAgeSeconds: null, maxMemories: 1, keepImportanceFrom: 9 });
    await waitFor(async () => {
      await report().catch(() => false);
      return (await left()).join() === before.key;
    });
    const noted = await run(namespace);
    expect(statesOf(noted)).toEqual([['outlived', 0]]);
    const kept = await only(namespace);
    expect(kept).toMatchObject({
      key: before.key,
      importance: 9,
      payload: { ...before.payload, outlives_sources: true },
    });
    expect((await run(namespace)).plan.clusters).toEqual([]);
    await system.consolidations.undo(namespace, noted.run.id);
    expect((await only(namespace)).payload).toEqual(before.payload);
    await run(namespace);
    await waitFor(async () => (await system.namespaceRemovals.remove(namespace)).isDone);
    expect(await left()).toEqual([]);
    const { hits } = await system.recall.recall(namespace, { query: 'kettle', topK: 9 });
    expect(hits).toEqual([]);
  });

  it('is undone: what it created is deleted, what it changed is as before, what others changed is left', async () => {
    const namespace = await aHistory();
    const first = await run(namespace);
    const created = await only(namespace);
    await happened(namespace, 4, 'the kettle boils water again');
    await happened(namespace, 5, 'the cat sleeps well');
    const second = await run(namespace);
    expect(statesOf(second).sort()).toEqual([
      ['changed', 3],
      ['new', 2],
    ]);
    const undone = await system.consolidations.undo(namespace, second.run.id);
    expect(undone.run.state).toBe('undone');
    expect(undone.items.map(({ outcome }) => outcome)).toEqual(['undone', 'undone']);
    const restored = await only(namespace);
    expect(restored.payload).toEqual(created.payload);
    expect(await linkedTo(namespace, restored.coordinate)).toEqual(['consolidated_from 1', 'consolidated_from 3']);
    const { items } = await system.consolidations.undo(namespace, first.run.id);
    expect(items).toMatchObject([{ key: created.key, outcome: 'left' }]);
    expect((await only(namespace)).version).toBe(3);
    const third = await run(namespace);
    await system.consolidations.undo(namespace, third.run.id);
    expect((await system.consolidations.undo(namespace, third.run.id)).run.state).toBe('undone');
    const { versions } = await system.history.history(namespace, created.coordinate, { limit: 9 });
    expect(versions.map(({ kind }) => kind)).toEqual(['updated', 'updated', 'updated', 'updated', 'created']);
    await agrees(namespace);
  });

  it('deletes what it made with an event of the ledger, and makes it anew', async () => {
    const namespace = await aHistory();
    const { run: done } = await run(namespace);
    const { coordinate } = await only(namespace);
    await system.consolidations.undo(namespace, done.id);
    expect(await semantic(namespace)).toEqual([]);
    expect(await linkedTo(namespace, coordinate).catch(() => [])).toEqual([]);
    const { versions } = await system.history.history(namespace, coordinate, { limit: 9 });
    expect(versions.map(({ kind }) => kind)).toEqual(['deleted', 'created']);
    expect(statesOf(await run(namespace))).toEqual([['new', 2]]);
    expect(await linkedTo(namespace, coordinate)).toHaveLength(2);
    await agrees(namespace);
  });

  it.each([
    ['the first memory is written', 'store', 1],
    ['the second memory is written', 'store', 2],
    ['a link is made', 'link', 1],
    ['the last link is made', 'link', 4],
  ] as const)('is completed by its repetition when it ends before %s', async (_, method, calls) => {
    const namespace = await aHistory();
    await happened(namespace, 4, 'the cat sleeps well');
    const broken = method === 'store' ? endingAt(calls, system.store, method) : endingAt(calls, system.links, method);
    await expect(run(namespace)).rejects.toThrow('the process ended');
    broken();
    const { runs } = await system.consolidations.list(namespace, { limit: 5 });
    expect(runs).toMatchObject([{ state: 'running', totals: null }]);
    const completed = await run(namespace);
    expect(completed.run).toMatchObject({ id: runs[0]?.id, state: 'done' });
    expect(completed.items.map(({ outcome }) => outcome)).toEqual(['made', 'made']);
    const made = await semantic(namespace);
    expect(made.map(({ version }) => version)).toEqual([1, 1]);
    for (const { coordinate } of made) expect(await linkedTo(namespace, coordinate)).toHaveLength(2);
    await system.consolidations.undo(namespace, completed.run.id);
    expect(await semantic(namespace)).toEqual([]);
  });

  it('leaves alone what somebody else wrote where it would write', async () => {
    const namespace = await aHistory();
    await run(namespace);
    const { coordinate } = await only(namespace);
    await system.store.store(namespace, { coordinate, payload: { text: 'mine' }, type: 'semantic' });
    expect(statesOf(await run(namespace))).toEqual([['occupied', 2]]);
    expect((await only(namespace)).payload).toEqual({ text: 'mine' });
  });

  it('works on a namespace one run at a time', async () => {
    const namespace = await aHistory();
    const outcomes = await Promise.allSettled([run(namespace), run(namespace), run(namespace)]);
    const failed = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
    for (const failure of failed) expect(failure).toBeInstanceOf(LockHeldError);
    expect(failed.length).toBeLessThan(3);
    await only(namespace);
  });
});
