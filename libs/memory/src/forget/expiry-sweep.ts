import { v7 as uuidv7 } from 'uuid';
import type { MemoryTelemetry } from '../telemetry/telemetry.port.js';
import type { ExpiredMemories } from './expired-memories.port.js';

export interface ExpirySweepOptions {
  /** Pause between two sweeps, in milliseconds; 0 or less: none is ever made. */
  readonly intervalMs: number;
  /** Most memories deleted in one transaction. @default 500 */
  readonly batchSize?: number;
  /** Pause after a full batch, in milliseconds, so that a great many expired memories do not hold up writers. @default 50 */
  readonly restMs?: number;
}

/** Deletes expired memories in the background, batch by batch. Every process may run one. */
export class ExpirySweep {
  private stopping = false;
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> = Promise.resolve();

  constructor(
    private readonly expired: ExpiredMemories,
    private readonly telemetry: MemoryTelemetry,
    private readonly options: ExpirySweepOptions,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Sweeps for the first time after a part of the interval that differs between processes. */
  start(): void {
    const { intervalMs } = this.options;
    if (intervalMs > 0) this.schedule(intervalMs * Math.random());
  }

  /** Finishes the batch in progress. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.timer);
    await this.sweeping;
  }

  private schedule(inMs: number): void {
    if (this.stopping) return;
    this.timer = setTimeout(() => {
      this.sweeping = this.sweep();
    }, inMs).unref();
  }

  /** One batch; what is left follows after a rest. A failure is reported, and the next sweep tries again. */
  private async sweep(): Promise<void> {
    const { intervalMs, batchSize = 500, restMs = 50 } = this.options;
    let isMore = false;
    try {
      const removed = await this.expired.remove(Array.from({ length: batchSize }, () => uuidv7()));
      this.telemetry.countExpired(removed.length);
      isMore = removed.length === batchSize;
    } catch (error) {
      this.onError(error);
    }
    this.schedule(isMore ? restMs : intervalMs);
  }
}
