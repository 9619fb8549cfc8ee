import { outcomeUnknown } from '../attempts/bounded-wait.js';
import { currentBudget, RequestBudget, withBudget } from '../attempts/request-budget.js';
import { StoreUnavailableError, type RequestEndedError } from '../model/errors.js';

export interface MicroBatcherOptions {
  /** Most items of one flush. */
  readonly maxBatch: number;
  /**
   * Most concurrent flushes. A further one starts only when half a batch waits: a flush has a fixed cost, and a few
   * large ones are better than many small ones.
   */
  readonly maxInFlight: number;
  /** Most waiting items; further callers are refused at once rather than left to time out. */
  readonly maxQueued: number;
}

/** Share of a full batch that justifies another concurrent flush: two of them serve 64 callers alternately. */
const JOINING_SHARE = 0.5;

interface Waiting<T, R> {
  readonly item: T;
  readonly deadlineMs: number;
  resolve: (result: R) => void;
  reject: (reason: unknown) => void;
}

/**
 * Groups concurrent single operations into batches without a timer: the first is flushed at once, items that arrive
 * while flushes are in flight are flushed together. (Group commit, as databases do it for their logs.) When a batch
 * fails for a reason other than an unavailable store, its items are tried one by one, so that a bad one fails alone.
 *
 * An item whose request ends while it waits is taken out. One in flight is not: its batch has the deadline of the request
 * that ends first, and belongs to none of them otherwise.
 */
export class MicroBatcher<T, R> {
  private readonly queue: Waiting<T, R>[] = [];
  private inFlight = 0;
  private scheduled = false;
  private idleWaiters: (() => void)[] = [];

  constructor(
    private readonly flush: (items: readonly T[]) => Promise<readonly R[]>,
    private readonly options: MicroBatcherOptions,
    private readonly onBatch: (size: number) => void = () => {},
  ) {}

  /**
   * Resolves when the item's batch is durable. Rejects with the item's own failure; with RequestEndedError when the
   * request ends before it was flushed, with OutcomeUnknownError when it ends while it is.
   */
  submit(item: T): Promise<R> {
    const budget = currentBudget();
    if (budget?.ended) return Promise.reject(budget.ended);
    if (this.queue.length >= this.options.maxQueued) {
      return Promise.reject(new StoreUnavailableError('too many writes are waiting; retry shortly'));
    }
    return new Promise<R>((resolve, reject) => {
      const waiting: Waiting<T, R> = { item, deadlineMs: budget?.deadlineMs ?? Infinity, resolve, reject };
      if (budget) this.endWith(budget, waiting);
      this.queue.push(waiting);
      this.schedule();
    });
  }

  /** Answers the item when its request ends. */
  private endWith(budget: RequestBudget, waiting: Waiting<T, R>): void {
    const { resolve, reject } = waiting;
    const stop = budget.onEnd((reason: RequestEndedError) => {
      const place = this.queue.indexOf(waiting);
      if (place >= 0) this.queue.splice(place, 1);
      reject(place >= 0 ? reason : outcomeUnknown(reason));
      if (!this.isBusy) this.tellIdle();
    });
    waiting.resolve = (result) => {
      stop();
      resolve(result);
    };
    waiting.reject = (failure) => {
      stop();
      reject(failure);
    };
  }

  /** True while anything waits or is in flight. */
  get isBusy(): boolean {
    return this.queue.length > 0 || this.inFlight > 0;
  }

  /** Resolves when nothing waits and nothing is in flight. */
  async idle(): Promise<void> {
    if (!this.isBusy) return;
    await new Promise<void>((resolve) => this.idleWaiters.push(resolve));
  }

  private mayFlush(): boolean {
    if (this.queue.length === 0 || this.inFlight >= this.options.maxInFlight) return false;
    return this.inFlight === 0 || this.queue.length >= this.options.maxBatch * JOINING_SHARE;
  }

  /** Flushing at the end of this turn of the event loop lets every request that was just read join the batch. */
  private schedule(): void {
    if (this.scheduled || !this.mayFlush()) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      while (this.mayFlush()) {
        void this.run(this.queue.splice(0, this.options.maxBatch));
      }
    });
  }

  private async run(batch: readonly Waiting<T, R>[]): Promise<void> {
    this.inFlight += 1;
    this.onBatch(batch.length);
    try {
      await this.settle(batch);
    } finally {
      this.inFlight -= 1;
      if (this.queue.length > 0) this.schedule();
      else if (this.inFlight === 0) this.tellIdle();
    }
  }

  private tellIdle(): void {
    this.idleWaiters.splice(0).forEach((resolve) => resolve());
  }

  private async settle(batch: readonly Waiting<T, R>[]): Promise<void> {
    try {
      const results = await withBudget(budgetOf(batch), () => this.flush(batch.map(({ item }) => item)));
      batch.forEach(({ resolve, reject }, index) => {
        const result = results[index];
        if (result === undefined) reject(new Error('the store answered with fewer results than items'));
        else resolve(result);
      });
    } catch (error) {
      if (batch.length === 1 || error instanceof StoreUnavailableError) {
        batch.forEach(({ reject }) => reject(error));
        return;
      }
      for (const waiting of batch) await this.settle([waiting]);
    }
  }
}

/** The time that the batch has. It ends with nobody: others wait for it too. */
function budgetOf(batch: readonly { readonly deadlineMs: number }[]): RequestBudget | undefined {
  const deadlineMs = Math.min(...batch.map((waiting) => waiting.deadlineMs));
  return Number.isFinite(deadlineMs) ? new RequestBudget(deadlineMs) : undefined;
}
