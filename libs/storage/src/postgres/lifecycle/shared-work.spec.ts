import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  CapWatch,
  DecayWork,
  HeldLease,
  LeaseLostError,
  LifecycleJobs,
  LifecycleScheduler,
  LifecycleService,
  NO_POLICY,
  Pace,
  RemovalWork,
  RetentionService,
  SilentLifecycleTelemetry,
  type DecayRules,
  type LifecycleJob,
  type Namespace,
} from '@sfm/memory';
import { aWrite, drainAll, freshNamespace, nextMillisecond } from '@sfm/memory/testing';
import { DataSource } from 'typeorm';
import { waitFor } from '../../../../../test/services/lifetime/wait-for.js';
import { openTruthDatabase, type TruthDatabase } from '../../../test/truth-database.js';
import { PostgresDatabase } from '../connection/postgres-database.js';
import { PostgresMemoryReader } from '../reading/postgres-memory-reader.js';
import { PostgresMemoryWriter } from '../writing/postgres-memory-writer.js';
import { PostgresExpiredMemories } from '../writing/postgres-expired-memories.js';
import { PostgresDecayingMemories } from './postgres-decaying-memories.js';
import { PostgresLifecycleSchedule } from './postgres-lifecycle-schedule.js';
import { PostgresRetainedMemories } from './postgres-retained-memories.js';
import { PostgresRetentionPolicies } from './postgres-retention-policies.js';

const LEASE_MS = 1500;
const LIMITS = { maxDepth: 32, maxBytes: 1_000_000, maxDimensions: 8, maxBulkItems: 1000 };
const FIELDS = { text: ['text'], session: [], source: [], time: [] };
const NOTHING_DECAYS: DecayRules = { levels: [], isScored: false };

let truth: TruthDatabase;
let namespace: Namespace;

beforeAll(async () => {
  truth = await openTruthDatabase();
});
afterAll(() => truth.close());
beforeEach(async () => {
  namespace = freshNamespace();
  await truth.database.query({ text: `UPDATE lifecycle_lease SET held_until = '-infinity'` });
  await truth.database.query({ text: 'TRUNCATE retention_policies' });
  await truth.database.query({ text: 'UPDATE lifecycle_jobs SET due_at = now()' });
});

interface Settings {
  readonly rules?: DecayRules;
  readonly cap?: number;
  readonly batchSize?: number;
  /** Called after each batch of removals. */
  readonly onBatch?: () => Promise<void> | void;
}

/** A process of its own on the same PostgreSQL: what it is built of, over its own connections. */
async function aProcess({ rules = NOTHING_DECAYS, cap = 0, batchSize = 10, onBatch }: Settings = {}) {
  const dataSource = new DataSource(truth.dataSource.options);
  await dataSource.initialize();
  const database = new PostgresDatabase(dataSource);
  const schedule = new PostgresLifecycleSchedule(database);
  const memories = new PostgresRetainedMemories(database);
  const telemetry = new SilentLifecycleTelemetry();
  const runs: string[] = [];
  const failures: unknown[] = [];
  telemetry.countRun = (job?: LifecycleJob, outcome?: string) => void runs.push(`${job} ${outcome}`);
  const stopping = new AbortController();
  const pace = new Pace({ batchSize, restMs: 1 }, () => stopping.signal.aborted);
  const removed = memories.remove.bind(memories);
  memories.remove = async (commands, fence) => {
    const receipts = await removed(commands, fence);
    await onBatch?.();
    return receipts;
  };
  const writer = new PostgresMemoryWriter(database);
  const reader = new PostgresMemoryReader(database);
  const parts = { memories: new PostgresDecayingMemories(database), reader, writer, telemetry, rules };
  const work = {
    removal: new RemovalWork(memories, telemetry, pace),
    decay: new DecayWork({ ...parts, limits: LIMITS, fields: FIELDS }, pace),
  };
  const retention = new RetentionService(new PostgresRetentionPolicies(database), cap);
  const watch = new CapWatch();
  const expired = new PostgresExpiredMemories(database);
  const jobs = new LifecycleJobs({ expired, memories, retention, telemetry, watch, pace, ...work });
  const lease = { holder: randomUUID(), leaseMs: LEASE_MS };
  const scheduler = new LifecycleScheduler(
    schedule,
    jobs,
    telemetry,
    {
      ...lease,
      intervalsMs: new Map([
        ['expire', 100],
        ['retain', 100],
        ...(rules === NOTHING_DECAYS ? [] : ([['decay', 100]] as const)),
      ]),
    },
    stopping,
    (error) => void failures.push(error),
  );
  return {
    retention,
    jobs,
    schedule,
    runs,
    failures,
    scheduler,
    take: () => HeldLease.take(schedule, lease.holder, LEASE_MS),
    service: new LifecycleService(schedule, retention, () => work, lease),
    /** As if the process were killed: its connections are gone, and nothing is given back. */
    kill: () => dataSource.destroy(),
    close: async () => {
      await scheduler.stop();
      await dataSource.destroy();
    },
  };
}

const store = async (count: number, from = 0) => {
  const writes = Array.from({ length: count }, (_, index) =>
    aWrite(namespace, { coordinate: [from + index], importance: (from + index) % 7 }),
  );
  await truth.adapters.writer.write(writes);
};
const living = () => truth.adapters.lifecycle.retained.countUpTo(namespace, 1_000_000);
/** How often each coordinate was deleted. */
const deletions = () =>
  truth.database.query<{ key: string; times: number }>({
    text: `SELECT coordinate_key AS key, count(*)::int AS times FROM memory_events
      WHERE namespace = $1 AND type = 'deleted' GROUP BY 1`,
    values: [namespace],
  });
const untilLiving = (count: number) =>
  waitFor(async () => (await living()) <= count, { timeoutMs: 20_000, what: () => `${count} memories to be left` });

describe('the work on the life of memories, shared by processes', () => {
  it('is done by one of them at a time, while others write, and deletes each memory once', async () => {
    await store(300);
    const processes = await Promise.all([1, 2, 3].map(() => aProcess()));
    await processes[0]?.retention.replace(namespace, { ...NO_POLICY, maxMemories: 40, keepImportanceFrom: 6 });
    for (const { scheduler } of processes) scheduler.start();
    for (let from = 300; from < 600; from += 20) await store(20, from);
    await waitFor(async () => (await living()) <= 86, { timeoutMs: 20_000, what: () => 'the cap' });
    await Promise.all(processes.map(({ close }) => close()));
    const gone = await deletions();
    expect(gone.every(({ times }) => times === 1)).toBe(true);
    expect(gone).toHaveLength(600 - (await living()));
    // What must be kept is kept, over the cap too, and so is the newest: 85 and 1.
    expect(gone.filter(({ key }) => Number(key) % 7 === 6)).toEqual([]);
    expect(processes.flatMap(({ failures }) => failures)).toEqual([]);
  });

  it('goes on in another process when the one that did it is killed in the middle', async () => {
    await store(200);
    let batches = 0;
    const killed = await aProcess({
      onBatch: async () => {
        batches += 1;
        if (batches === 3) await killed.kill();
      },
    });
    await killed.retention.replace(namespace, { ...NO_POLICY, maxMemories: 50 });
    killed.scheduler.start();
    await waitFor(() => killed.failures.length > 0, { what: () => 'the process to be killed' });
    await killed.scheduler.stop();
    expect(await living()).toBe(170);
    const other = await aProcess();
    expect(await other.take()).toBeUndefined();
    other.scheduler.start();
    await store(10, 1000);
    await untilLiving(50);
    expect((await deletions()).every(({ times }) => times === 1)).toBe(true);
    await other.close();
  });

  it('is taken from a process that stands still, which then changes nothing any more', async () => {
    await store(100);
    let goOn = () => {};
    const stood = new Promise<void>((resolve) => (goOn = resolve));
    let isStanding = false;
    const frozen = await aProcess({
      onBatch: () => {
        isStanding = true;
        return stood;
      },
    });
    await frozen.retention.replace(namespace, { ...NO_POLICY, maxMemories: 20 });
    const lease = await frozen.take();
    if (!lease) throw new Error('the lease was not free');
    const run = frozen.jobs.run('retain', lease).catch((error: unknown) => error);
    await waitFor(() => isStanding, { what: () => 'the process to stand still' });
    const other = await aProcess();
    let taken;
    await waitFor(async () => (taken = await other.take()) !== undefined, { what: () => 'the lease to end' });
    await truth.adapters.lifecycle.policies.replace(namespace, { ...NO_POLICY, maxMemories: 1000 }, randomUUID());
    goOn();
    expect(await run).toBeInstanceOf(LeaseLostError);
    expect(await living()).toBe(90);
    expect(taken).toBeInstanceOf(HeldLease);
    await Promise.all([frozen.close(), other.close()]);
  });

  it('leaves what somebody holds to the next run, and waits for nobody', async () => {
    await store(30);
    const { service, retention, close } = await aProcess();
    await retention.replace(namespace, { ...NO_POLICY, maxMemories: 10 });
    await truth.database.transaction(async (run) => {
      await run({
        text: `SELECT FROM memories WHERE namespace = $1 AND importance = 0 FOR UPDATE`,
        values: [namespace],
      });
      expect(await service.run(namespace)).toMatchObject({ isComplete: false });
    });
    expect(await living()).toBe(15);
    expect(await service.run(namespace)).toMatchObject({ isComplete: true });
    expect(await living()).toBe(10);
    await close();
  });

  it('tells beforehand exactly what it will do, and changes nothing by that', async () => {
    await truth.adapters.writer.write([
      aWrite(namespace, { coordinate: [0], expiresAt: new Date(Date.now() - 1000) }),
      ...[5, 1, 1.9, null, 0, null, 2].map((importance, index) =>
        aWrite(namespace, { coordinate: [index + 1], importance, payload: { text: 'a', log: 'b' } }),
      ),
    ]);
    await nextMillisecond();
    const rules = { levels: [{ afterSeconds: 0, keys: ['log'] }], isScored: false };
    const { service, retention, close } = await aProcess({ rules });
    await retention.replace(namespace, { ...NO_POLICY, maxMemories: 3 });
    const ledger = async () => (await drainAll(truth.adapters.outbox)).length;
    await ledger();
    const preview = await service.preview(namespace);
    expect(await ledger()).toBe(0);
    const named = ({ removed, decayed }: typeof preview) => ({
      expired: removed.expired.sample.map(({ key }) => key),
      over: removed.over_cap.sample.map(({ key }) => key),
      decayed: decayed.sample.map(({ memory, lost }) => [memory.key, lost]),
    });
    expect(named(preview)).toMatchObject({ expired: ['0'], over: ['4', '5', '6', '2'] });
    expect(preview.decayed.count).toBe(7);
    const done = await service.run(namespace);
    expect(named(done)).toEqual({ ...named(preview), decayed: ['1', '3', '7'].map((key) => [key, ['log']]) });
    expect(await ledger()).toBe(1 + 4 + 3);
    await close();
  });

  it('makes a version for what decays, keeps the rest of the memory, and none where nothing is lost', async () => {
    const payload = { text: 'kettle', log: 'noise', n: 1 };
    const expiresAt = new Date('2099-01-01T00:00:00Z');
    const validity = { fromMs: 1000, toMs: null, supersededAtMs: null, supersedes: ['0'], supersededBy: {} };
    const held = { payload, importance: 7, importanceNorm: 0.25, expiresAt, validity };
    await truth.adapters.writer.write([aWrite(namespace, { coordinate: [0], payload: { text: 'pot' } })]);
    await truth.adapters.writer.write([aWrite(namespace, { coordinate: [1], ...held })]);
    await nextMillisecond();
    const rules = { levels: [{ afterSeconds: 0, keys: ['log', 'raw'] }], isScored: false };
    const { service, close } = await aProcess({ rules });
    expect((await service.run(namespace)).decayed).toMatchObject({ count: 1, isMore: false });
    const [memory] = await truth.adapters.reader.findByKeys(namespace, ['1'], new Date());
    expect(memory).toMatchObject({ ...held, payload: { text: 'kettle', n: 1 }, version: 2 });
    expect((await service.run(namespace)).decayed.count).toBe(0);
    const [again] = await truth.adapters.reader.findByKeys(namespace, ['1'], new Date());
    expect(again?.version).toBe(2);
    await close();
  });

  it('lets each rule of a namespace decide on its own memories', async () => {
    await store(4);
    const other = freshNamespace();
    await truth.adapters.writer.write([aWrite(other, { coordinate: [1] })]);
    const { jobs, retention, take, close } = await aProcess({ cap: 3 });
    await truth.database.query({
      text: `UPDATE memories SET created_at = now() - interval '2 days' WHERE namespace = ANY($1) AND coordinate_key <> '3'`,
      values: [[namespace, other]],
    });
    await retention.replace(namespace, { maxAgeSeconds: 86_400, maxMemories: null, keepImportanceFrom: 2 });
    const lease = await take();
    if (!lease) throw new Error('the lease was not free');
    expect(await jobs.run('retain', lease)).toBe(true);
    await lease.release();
    const left = await truth.adapters.reader.findByKeys(namespace, ['0', '1', '2', '3'], new Date());
    expect(left.map(({ key }) => key).sort()).toEqual(['2', '3']);
    expect(await truth.adapters.reader.findByKeys(other, ['1'], new Date())).toHaveLength(1);
    await close();
  });
});
