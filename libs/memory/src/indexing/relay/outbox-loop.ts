import type { Outbox } from './outbox.port.js';

/**
 * Repeats work until stopped, and resumes early from a pause when events are committed. An error thrown by a turn ends
 * the loop.
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

  /** True once `stop` is called: a running turn should finish. */
  get isStopping(): boolean {
    return this.stopping;
  }

  /** Starts the loop; resolves once it listens for new events. */
  async start(): Promise<void> {
    this.unlisten = await this.outbox.listen(() => this.nudge());
    this.running = this.run();
  }

  /** Stops the loop; resolves when the running turn has ended. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.nudge();
    await this.unlisten?.();
    await this.running;
  }

  /** Pauses for the whole time, or until `stop`. */
  async rest(ms: number): Promise<void> {
    const until = performance.now() + ms;
    while (!this.stopping && performance.now() < until) await this.sleep(until - performance.now());
  }

  /**
   * Pauses until events are committed, at most for the given time; not at all if some were committed since the turn
   * began.
   */
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
