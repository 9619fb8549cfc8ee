import { openBudget, withBudget, withoutBudget } from '../attempts/request-budget.js';
import { RequestEndedError } from '../model/errors.js';
import type { LeaseGrant, LifecycleSchedule } from './ports/lifecycle-schedule.port.js';

/** Another process has taken over the work, or is free to. */
export class LeaseLostError extends Error {
  constructor() {
    super('the lease on the work on the life of memories was lost');
  }
}

/**
 * The lease of this process. Work is done in batches, each on a budget that ends no later than the lease: a change that
 * comes later, because the process or the store stood still meanwhile, is void.
 */
export class HeldLease {
  private constructor(
    private readonly schedule: LifecycleSchedule,
    private readonly grant: LeaseGrant,
    private readonly forMs: number,
    /** On the clock of `performance.now()`, counted from before the store was asked. */
    private untilMs: number,
  ) {}

  static async take(schedule: LifecycleSchedule, holder: string, forMs: number): Promise<HeldLease | undefined> {
    const untilMs = performance.now() + forMs;
    const grant = await withoutBudget(() => schedule.take(holder, forMs));
    return grant && new HeldLease(schedule, grant, forMs, untilMs);
  }

  /**
   * Does one batch of work while the lease is held.
   *
   * @throws LeaseLostError when it is not, or ends meanwhile
   */
  async batch<T>(work: (grant: LeaseGrant) => Promise<T>): Promise<T> {
    if (this.leftMs < this.forMs / 2) await this.renew();
    const { budget, close } = openBudget(Math.max(0, this.leftMs));
    try {
      return await withBudget(budget, () => work(this.grant));
    } catch (error) {
      throw error instanceof RequestEndedError ? new LeaseLostError() : error;
    } finally {
      close();
    }
  }

  async release(): Promise<void> {
    await withoutBudget(() => this.schedule.release(this.grant));
  }

  private get leftMs(): number {
    return this.untilMs - performance.now();
  }

  private async renew(): Promise<void> {
    const untilMs = performance.now() + this.forMs;
    if (!(await withoutBudget(() => this.schedule.renew(this.grant, this.forMs)))) throw new LeaseLostError();
    this.untilMs = untilMs;
  }
}
