import type { IndexFollower, Outbox } from '@sfm/memory';

/** Following rests this many times as long as it worked, so that a burst of writes keeps most of the processor. */
const REST_FACTOR = 4;
const MIN_REST_MS = 20;
/** Looks this often even when nothing woke it: a notification can be lost with its connection. */
const POLL_MS = 1000;

/**
 * Lets the index of words follow the ledger while nobody recalls, so that a recall finds little left to catch up with.
 * A failure is no concern of its own: the next recall catches up, or says why it cannot.
 */
export class LedgerWatch {
  private stopping = false;
  private running: Promise<void> | undefined;
  private unlisten: (() => Promise<void>) | undefined;
  private wake: () => void = () => {};
  private woken = false;

  constructor(
    private readonly follower: Pick<IndexFollower, 'catchUp'>,
    private readonly outbox: Pick<Outbox, 'listen'>,
  ) {}

  async start(): Promise<void> {
    this.unlisten = await this.outbox.listen(() => this.nudge());
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.nudge();
    await this.unlisten?.();
    await this.running;
  }

  private nudge(): void {
    this.woken = true;
    this.wake();
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      this.woken = false;
      const start = performance.now();
      await this.follower.catchUp().catch(() => undefined);
      await this.pause(Math.max(MIN_REST_MS, REST_FACTOR * (performance.now() - start)), () => this.stopping);
      if (!this.woken) await this.pause(POLL_MS, () => true);
    }
  }

  /** Waits, and ends early when woken if `isOver` then says so. */
  private async pause(ms: number, isOver: () => boolean): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        if (!isOver()) return;
        clearTimeout(timer);
        resolve();
      };
      if (this.stopping) this.wake();
    });
    this.wake = () => {};
  }
}
