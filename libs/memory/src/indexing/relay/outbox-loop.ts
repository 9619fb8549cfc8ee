import type { Outbox } from './outbox.port.js';

/**
 * Work that is done again and again until it is stopped, and that news of committed events wakes from its rests.
 * What a turn throws ends the loop.
 */
export class OutboxLoop {
  private running: Promise<void> | undefined;
  private stopping = false;
  private unlisten: (() => Promise<void>) | undefined;
  private wake: () => void = () => {};
  private woken = false;

  constructor(
    private readonly outbox: Pick<Outbox, 'listen'>,
    private readonly turn: () => Promise<void>,
  ) {}

  /** True from the beginning of `stop`: a turn that is under way should come to its end. */
  get isStopping(): boolean {
    return this.stopping;
  }

  /** Begins; resolves when it listens for new events. */
  async start(): Promise<void> {
    this.unlisten = await this.outbox.listen(() => this.nudge());
    this.running = this.run();
  }

  /** Resolves when the turn that is under way has ended. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.nudge();
    await this.unlisten?.();
    await this.running;
  }

  /** Rests for the whole time, or until `stop`. */
  async rest(ms: number): Promise<void> {
    const until = performance.now() + ms;
    while (!this.stopping && performance.now() < until) await this.sleep(until - performance.now());
  }

  /** Rests until events are committed, at most for the time; not at all when some were since the turn began. */
  async restUntilWoken(ms: number): Promise<void> {
    if (!this.woken) await this.sleep(ms);
  }

  private nudge(): void {
    this.woken = true;
    this.wake();
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      this.woken = false;
      await this.turn();
    }
  }

  private async sleep(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wake = () => {};
  }
}
