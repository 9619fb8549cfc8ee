import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ExpiredMemories } from '../forget/expired-memories.port.js';
import { toNamespace } from '../model/namespace.js';
import {
  InMemoryLifecycleSchedule,
  InMemoryRetainedMemories,
  InMemoryRetentionPolicies,
} from '../testing/in-memory-lifecycle.js';
import { CapWatch } from './cap-watch.js';
import { DecayWork } from './decay-work.js';
import { LifecycleJobs } from './lifecycle-jobs.js';
import { LifecycleScheduler } from './lifecycle-scheduler.js';
import { Pace } from './pace.js';
import { SilentLifecycleTelemetry } from './ports/lifecycle-telemetry.port.js';
import type { LifecycleJob } from './ports/lifecycle-schedule.port.js';
import { RemovalWork } from './removal-work.js';
import { RetentionService } from './retention.service.js';

const NAMESPACE = toNamespace('ns');
const LIMITS = { maxDepth: 32, maxBytes: 1000, maxDimensions: 8, maxBulkItems: 10 };
const FIELDS = { text: [], session: [], source: [], time: [] };

/** Counts its runs, and fails where it is told to. */
class CountedExpiry {
  runs = 0;
  failure: Error | undefined;
  left = 0;
  async remove({ length }: readonly string[]) {
    this.runs += 1;
    if (this.failure) throw this.failure;
    const removed = Math.min(length, this.left);
    this.left -= removed;
    return Array.from({ length: removed }, (_, key) => ({ namespace: NAMESPACE, key: `${key}`, version: 2 }));
  }
}

describe('the scheduler', () => {
  const memories = new InMemoryRetainedMemories(NAMESPACE);
  const failures: unknown[] = [];
  let schedule: InMemoryLifecycleSchedule;
  let expired: CountedExpiry;
  let watch: CapWatch;
  let runs: string[];

  const aScheduler = (intervalsMs: readonly (readonly [LifecycleJob, number])[], cap = 0) => {
    const telemetry = new SilentLifecycleTelemetry();
    telemetry.countRun = (job, outcome) => void runs.push(`${job} ${outcome}`);
    const stopping = new AbortController();
    const pace = new Pace({ batchSize: 10, restMs: 0 }, () => stopping.signal.aborted);
    const retention = new RetentionService(new InMemoryRetentionPolicies(), cap);
    const decay = new DecayWork(
      {
        memories: { page: () => Promise.resolve({ memories: [] }) },
        reader: { findByKeys: () => Promise.resolve([]) },
        writer: { write: () => Promise.resolve([]) },
        telemetry,
        rules: { levels: [], isScored: false },
        limits: LIMITS,
        fields: FIELDS,
      },
      pace,
    );
    const removal = new RemovalWork(memories, telemetry, pace);
    const counted: ExpiredMemories = expired;
    const jobs = new LifecycleJobs({ expired: counted, memories, retention, telemetry, watch, removal, decay, pace });
    const options = { holder: 'spec', leaseMs: 60_000, intervalsMs: new Map(intervalsMs) };
    const scheduler = new LifecycleScheduler(schedule, jobs, telemetry, options, stopping, (error) =>
      failures.push(error),
    );
    watch.onDoubt = (namespace) => scheduler.outgrew(namespace);
    return scheduler;
  };
  const hold = (importances: readonly (number | null)[]) => {
    memories.held = importances.map((importance, index) => ({
      key: `${index}`,
      coordinate: [index],
      version: 1,
      importance,
      createdAt: new Date(0),
    }));
  };

  beforeEach(() => {
    jest.useFakeTimers();
    jest.spyOn(performance, 'now').mockImplementation(() => Date.now());
    jest.spyOn(Math, 'random').mockReturnValue(0.5);
    schedule = new InMemoryLifecycleSchedule();
    expired = new CountedExpiry();
    watch = new CapWatch();
    runs = [];
    failures.length = 0;
    memories.calls.length = 0;
    memories.held = [];
  });
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  it('does a job at the start and then once per interval, however many processes there are', async () => {
    const schedulers = [1, 2, 3].map(() => aScheduler([['expire', 1000]]));
    expired.left = 25;
    for (const scheduler of schedulers) scheduler.start();
    await jest.advanceTimersByTimeAsync(900);
    expect([expired.left, runs]).toEqual([0, ['expire done']]);
    await jest.advanceTimersByTimeAsync(10_000);
    expect(runs.length).toBeGreaterThanOrEqual(9);
    expect(runs.length).toBeLessThanOrEqual(12);
    for (const scheduler of schedulers) await scheduler.stop();
    const { length } = runs;
    await jest.advanceTimersByTimeAsync(10_000);
    expect(runs).toHaveLength(length);
  });

  it('reports a job that fails, does the others all the same, and tries it again', async () => {
    const scheduler = aScheduler([
      ['expire', 1000],
      ['retain', 1000],
    ]);
    expired.failure = new Error('away');
    scheduler.start();
    await jest.advanceTimersByTimeAsync(1000);
    expect(failures).toEqual([expired.failure]);
    expect(runs).toEqual(['expire failed', 'retain done']);
    expect(await scheduler.overdueMs()).toBeGreaterThan(0);
    expired.failure = undefined;
    await jest.advanceTimersByTimeAsync(6000);
    expect(runs).toContain('expire done');
    await scheduler.stop();
  });

  it('does nothing without a job', async () => {
    const scheduler = aScheduler([]);
    scheduler.start();
    await jest.advanceTimersByTimeAsync(100_000);
    expect(schedule.calls).toEqual([]);
    await scheduler.stop();
  });

  it('sees to a namespace that outgrew its cap soon, and counts it only when it may have', async () => {
    const scheduler = aScheduler([['retain', 600_000]], 10);
    hold([1, 2, 3, 4]);
    scheduler.start();
    await jest.advanceTimersByTimeAsync(1000);
    memories.calls.length = 0;
    // Room for 6: half of it is used up by the third.
    watch.created(NAMESPACE, 1);
    watch.created(NAMESPACE, 1);
    await jest.advanceTimersByTimeAsync(1000);
    expect(memories.calls).toEqual([]);
    hold([5, 1, 1.9, null, 0, null, 2, 7, 8, 9, 9, 9]);
    watch.created(NAMESPACE, 1);
    await jest.advanceTimersByTimeAsync(1000);
    expect(memories.held.map(({ key }) => key)).toEqual(['0', '1', '2', '5', '6', '7', '8', '9', '10', '11']);
    await scheduler.stop();
  });
});
