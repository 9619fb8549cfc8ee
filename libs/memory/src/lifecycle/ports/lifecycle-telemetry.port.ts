import type { LifecycleJob } from './lifecycle-schedule.port.js';

/** Why a memory was removed. */
export type RemovalReason = 'expired' | 'too_old' | 'over_cap';

/** Measurements of the work on the life of memories. */
export abstract class LifecycleTelemetry {
  /** `lost`: another process took over, or is free to. */
  abstract countRun(job: LifecycleJob, outcome: 'done' | 'failed' | 'lost'): void;
  abstract countRemoved(reason: RemovalReason, count: number): void;
  abstract countDecayed(count: number): void;
  /** Whether this process holds the lease. */
  abstract noteLease(isHeld: boolean): void;
}

/** Discards all measurements. */
export class SilentLifecycleTelemetry extends LifecycleTelemetry {
  countRun(_job?: LifecycleJob, _outcome?: 'done' | 'failed' | 'lost'): void {}
  countRemoved(_reason?: RemovalReason, _count?: number): void {}
  countDecayed(_count?: number): void {}
  noteLease(_isHeld?: boolean): void {}
}
