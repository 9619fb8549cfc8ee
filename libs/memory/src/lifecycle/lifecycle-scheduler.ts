import { withoutBudget } from '../attempts/request-budget.js';
import type { Namespace } from '../model/namespace.js';
import { HeldLease, LeaseLostError } from './held-lease.js';
import type { LifecycleJobs } from './lifecycle-jobs.js';
import type { LeaseOptions } from './lifecycle.service.js';
import type { LifecycleTelemetry } from './ports/lifecycle-telemetry.port.js';
import type { LifecycleJob, LifecycleSchedule } from './ports/lifecycle-schedule.port.js';

/** Pause before a namespace that outgrew its cap is seen to, and between two looks while another process works. */
const SOON_MS = 200;
/** A cap is seen to for a twentieth of the time at most, however long a look at it takes. */
const REST_FACTOR = 20;
/** Pause after a failure. */
const RETRY_MS = 5000;
/** Longest and shortest pause before it is asked again what is due. */
const MAX_PAUSE_MS = 60_000;
const MIN_PAUSE_MS = 50;

export interface SchedulerOptions extends LeaseOptions {
  /** Pause between two runs of each job, in milliseconds; a job without one never runs. */
  readonly intervalsMs: ReadonlyMap<LifecycleJob, number>;
}

/**
 * Works on the life of memories in the background. Every process runs one; the lease lets one at a time work, and what is
 * due is known to all of them, so that a job is done once per interval, by whoever comes first.
 */
export class LifecycleScheduler {
  private timer: NodeJS.Timeout | undefined;
  private nextAtMs = Infinity;
  private turning: Promise<void> | undefined;
  private capsRestUntilMs = 0;
  private readonly outgrown = new Set<Namespace>();

  /** @param stopping aborted by `stop`; the pace of the jobs watches it */
  constructor(
    private readonly schedule: LifecycleSchedule,
    private readonly jobs: LifecycleJobs,
    private readonly telemetry: LifecycleTelemetry,
    private readonly options: SchedulerOptions,
    private readonly stopping: AbortController,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Looks for work for the first time after a moment that differs between processes. */
  start(): void {
    if (this.options.intervalsMs.size > 0) this.wakeIn(SOON_MS * Math.random());
  }

  /** Finishes the batch in progress. */
  async stop(): Promise<void> {
    this.stopping.abort();
    clearTimeout(this.timer);
    await this.turning;
  }

  /** A namespace may have outgrown its cap. */
  outgrew(namespace: Namespace): void {
    this.outgrown.add(namespace);
    this.wakeIn(Math.max(SOON_MS, this.capsRestUntilMs - performance.now()));
  }

  /** How long the most overdue job should have been done, in milliseconds; 0 when none is due. */
  async overdueMs(): Promise<number> {
    const dueInMs = await this.schedule.dueInMs([...this.options.intervalsMs.keys()]);
    return Math.max(0, ...[...dueInMs.values()].map((ms) => -ms));
  }

  private get isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  private wakeIn(ms: number): void {
    const atMs = performance.now() + Math.max(MIN_PAUSE_MS, ms);
    if (this.isStopping || this.turning || atMs >= this.nextAtMs) return;
    clearTimeout(this.timer);
    this.nextAtMs = atMs;
    this.timer = withoutBudget(() => setTimeout(() => this.begin(), atMs - performance.now()).unref());
  }

  private begin(): void {
    this.nextAtMs = Infinity;
    this.turning = this.turn()
      .catch((error: unknown) => {
        this.onError(error);
        return RETRY_MS;
      })
      .then((pauseMs) => {
        this.turning = undefined;
        this.wakeIn(pauseMs);
        // One that was told of while the pause was found out.
        for (const namespace of this.outgrown) this.outgrew(namespace);
      });
  }

  /** Does what is due. Resolves with the pause before the next turn. */
  private async turn(): Promise<number> {
    const due = await this.due();
    const areCapsDue = this.outgrown.size > 0 && performance.now() >= this.capsRestUntilMs;
    if (due.length === 0 && !areCapsDue) return this.pauseMs();
    const lease = await HeldLease.take(this.schedule, this.options.holder, this.options.leaseMs);
    if (!lease) return SOON_MS * REST_FACTOR * (0.5 + Math.random() / 2);
    this.telemetry.noteLease(true);
    try {
      // Another process may have done it while this one waited for the lease.
      let isWell = true;
      for (const job of await this.due()) isWell = (await this.runJob(job, lease)) && isWell;
      if (areCapsDue) await this.seeToCaps(lease);
      if (!isWell) return RETRY_MS;
    } finally {
      this.telemetry.noteLease(false);
      await lease.release();
    }
    return this.pauseMs();
  }

  /** Resolves with false for a job that failed; the others do not wait for it. @throws LeaseLostError */
  private async runJob(job: LifecycleJob, lease: HeldLease): Promise<boolean> {
    if (this.isStopping) return true;
    try {
      if (!(await this.jobs.run(job, lease))) return true;
      await lease.batch((grant) => this.schedule.done(grant, job, this.options.intervalsMs.get(job) ?? 0));
      this.telemetry.countRun(job, 'done');
      return true;
    } catch (error) {
      const isLost = error instanceof LeaseLostError;
      this.telemetry.countRun(job, isLost ? 'lost' : 'failed');
      if (isLost) throw error;
      this.onError(error);
      return false;
    }
  }

  private async seeToCaps(lease: HeldLease): Promise<void> {
    const startMs = performance.now();
    const namespaces = [...this.outgrown];
    this.outgrown.clear();
    try {
      for (const namespace of namespaces) if (!this.isStopping) await this.jobs.cap(lease, namespace);
    } catch (error) {
      for (const namespace of namespaces) this.outgrown.add(namespace);
      throw error;
    } finally {
      this.capsRestUntilMs = performance.now() + REST_FACTOR * (performance.now() - startMs);
    }
  }

  private async due(): Promise<readonly LifecycleJob[]> {
    const jobs = [...this.options.intervalsMs.keys()];
    const dueInMs = await withoutBudget(() => this.schedule.dueInMs(jobs));
    return jobs.filter((job) => (dueInMs.get(job) ?? 0) <= 0);
  }

  private async pauseMs(): Promise<number> {
    const dueInMs = await this.schedule.dueInMs([...this.options.intervalsMs.keys()]);
    const capsInMs = this.outgrown.size > 0 ? Math.max(SOON_MS, this.capsRestUntilMs - performance.now()) : Infinity;
    return Math.min(MAX_PAUSE_MS, capsInMs, ...dueInMs.values());
  }
}
