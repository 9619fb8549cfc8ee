import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ImportanceNormalizers, scaleOf, SilentTelemetry, StoreService, type Namespace } from '@sfm/memory';
import { freshNamespace, nextMillisecond } from '@sfm/memory/testing';
import { openTruthDatabase, type TruthDatabase } from '../../../test/truth-database.js';
import { PostgresMemoryWriter } from '../writing/postgres-memory-writer.js';
import { PostgresImportanceStates } from './postgres-importance-states.js';

let truth: TruthDatabase;

beforeAll(async () => {
  truth = await openTruthDatabase();
});
afterAll(async () => {
  await truth.close();
});

/** What one process has of its own: its turns, its batches and what it knows of importances. */
function aProcess() {
  const failures: unknown[] = [];
  const normalizers = new ImportanceNormalizers(new PostgresImportanceStates(truth.database), {
    onBackgroundError: (error) => failures.push(error),
  });
  const stores = new StoreService(new PostgresMemoryWriter(truth.database), normalizers, new SilentTelemetry(), {
    limits: { maxDepth: 8, maxBytes: 1000, maxDimensions: 4, maxBulkItems: 1000 },
    fields: { text: ['text'], session: [], source: [], time: [] },
    batching: { maxBatch: 16, maxInFlight: 4, maxQueued: 1000 },
  });
  const store = (namespace: Namespace, coordinate: readonly number[], importance: number) =>
    stores.store(namespace, { coordinate, payload: {}, type: 'semantic', importance });
  return { store, failures };
}

const normAt = async (namespace: Namespace, coordinate: readonly number[]) => {
  const [memory] = await truth.adapters.reader.findByKeys(namespace, [coordinate.join(',')], new Date());
  return memory?.importanceNorm;
};

describe('several processes that write to one namespace', () => {
  it('end with one state, in which each importance is counted once', async () => {
    const namespace = freshNamespace();
    const processes = [aProcess(), aProcess(), aProcess()];
    const each = 200;
    await Promise.all(
      processes.flatMap(({ store }, nth) =>
        Array.from({ length: each }, (_, index) => store(namespace, [nth, index], 1 + (index % 10))),
      ),
    );
    const { state } = await truth.adapters.importances.read(namespace);
    expect(state).toMatchObject({ count: 3 * each, min: 1, max: 10 });
    expect(state.recent).toHaveLength(512);
    // Whoever comes next, from wherever, compares with all of them.
    for (const [nth, newcomer] of [aProcess(), aProcess()].entries()) {
      await newcomer.store(namespace, [9, nth], 7);
      expect(await normAt(namespace, [9, nth])).toBeCloseTo(6 / 9, 6);
    }
    expect(processes.flatMap(({ failures }) => failures)).toEqual([]);
  });

  it('do not wait for one that holds the state of the namespace', async () => {
    const namespace = freshNamespace();
    const [one, other] = [aProcess(), aProcess()];
    await one.store(namespace, [0], 10);
    await truth.adapters.importances.count(namespace);
    await truth.database.transaction(async (run) => {
      await run({ text: 'SELECT FROM importance_states WHERE namespace = $1 FOR UPDATE', values: [namespace] });
      await Promise.all(Array.from({ length: 100 }, (_, index) => other.store(namespace, [1, index], index)));
      // Counts nothing, and waits for nobody.
      await truth.adapters.importances.count(namespace);
    });
    const counted = await truth.adapters.importances.read(namespace);
    expect(counted.state).toMatchObject({ count: 101, max: 99 });
    await truth.adapters.importances.count(namespace);
    expect((await truth.adapters.importances.read(namespace)).state).toEqual(counted.state);
  });
});

it('a namespace from before begins with the newest of its memories, and counts none of them twice', async () => {
  const namespace = freshNamespace();
  const { store } = aProcess();
  for (const importance of [3, 9, 5]) await store(namespace, [importance], importance);
  // As it was when no samples were left.
  await truth.database.query({ text: 'DELETE FROM importance_samples WHERE namespace = $1', values: [namespace] });
  await truth.database.query({
    text: `UPDATE memories SET updated_at = updated_at - interval '1 s', created_at = created_at - interval '1 s' WHERE namespace = $1`,
    values: [namespace],
  });
  expect(await truth.adapters.importances.read(namespace)).toEqual({ state: scaleOf([3, 9, 5]).state, isLong: true });
  await aProcess().store(namespace, [1], 1);
  await aProcess().store(namespace, [7], 7);
  expect(await normAt(namespace, [7])).toBe(0.75);
  await truth.adapters.importances.count(namespace);
  expect((await truth.adapters.importances.read(namespace)).state).toEqual(scaleOf([3, 9, 5, 1, 7]).state);
});

it('keeps no more scales of a namespace than it is to, and those of before are not known', async () => {
  const namespace = freshNamespace();
  const { store } = aProcess();
  const moments: Date[] = [];
  for (let importance = 1; importance <= 6; importance += 1) {
    await store(namespace, [importance], importance);
    await nextMillisecond();
    moments.push(new Date());
    await nextMillisecond();
  }
  const states = new PostgresImportanceStates(truth.database, 3);
  await states.count(namespace);
  const known = await Promise.all(moments.map(async (at) => (await states.asOf(namespace, at))?.max));
  expect(known).toEqual([undefined, undefined, undefined, 4, 5, 6]);
});

it('what was counted by a process that keeps no scales is made up for by the next that does', async () => {
  const namespace = freshNamespace();
  const { store } = aProcess();
  await store(namespace, [1], 1);
  await truth.adapters.importances.count(namespace);
  // As an earlier release counts.
  await truth.database.query({
    text: 'UPDATE importance_states SET max = 9 WHERE namespace = $1',
    values: [namespace],
  });
  await truth.adapters.importances.count(namespace);
  await nextMillisecond();
  expect(await truth.adapters.importances.asOf(namespace, new Date())).toMatchObject({ min: 1, max: 9 });
});
