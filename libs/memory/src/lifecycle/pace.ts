import { setTimeout as delay } from 'node:timers/promises';
import { withoutBudget } from '../attempts/request-budget.js';

export interface PaceOptions {
  /** Most memories changed in one transaction. @default 200 */
  readonly batchSize?: number;
  /** Pause after a batch, in milliseconds, so that a great many do not hold up writers. @default 25 */
  readonly restMs?: number;
}

/** How fast the work goes, and when it is to end. */
export class Pace {
  readonly batchSize: number;
  private readonly restMs: number;

  constructor(
    { batchSize = 200, restMs = 25 }: PaceOptions,
    private readonly isOver: () => boolean = () => false,
  ) {
    this.batchSize = batchSize;
    this.restMs = restMs;
  }

  /** True when no further batch may begin. */
  get isStopping(): boolean {
    return this.isOver();
  }

  async rest(): Promise<void> {
    if (this.restMs > 0 && !this.isStopping) await withoutBudget(() => delay(this.restMs, undefined, { ref: false }));
  }
}
