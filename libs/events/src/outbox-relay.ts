import { eventEpochSeconds, type EventBus, type EventRecord, type Outbox, type PublishOutcome } from '@sfm/memory';
import type { EventValidator } from './event-validator.js';

export interface OutboxRelayOptions {
  /** Most events of one hand-over. */
  readonly batchSize: number;
  /** Pause after a hand-over that did not fill a batch: lets writes gather, which costs the store less than hurry. */
  readonly lingerMs: number;
  /** Looks for events this often even when nothing woke it: retries and missed notifications. */
  readonly pollMs: number;
  readonly maxBackoffMs: number;
  /**
   * True while somebody waits for a write to be acknowledged: relaying then takes only a small share of the time,
   * so that a burst of writes is not slowed by its own indexing. Recall sees the writes all the same.
   */
  readonly yieldsTo?: () => boolean;
  /** Age of an event from which on the relay yields to nobody. */
  readonly maxYieldMs: number;
}

/** While yielding, the relay rests this many times as long as it worked. */
const YIELD_FACTOR = 20;
const MAX_REST_MS = 1000;

export const DEFAULT_RELAY_OPTIONS: OutboxRelayOptions = {
  batchSize: 500,
  lingerMs: 15,
  pollMs: 1000,
  maxBackoffMs: 10_000,
  maxYieldMs: 5000,
};

/** What the relay reports of itself. */
export interface RelayLog {
  warn(message: string, error: unknown): void;
}

/** Moves committed events from the outbox to the event bus. Any number of relays may run against one outbox. */
export class OutboxRelay {
  private running: Promise<void> | undefined;
  private stopping = false;
  private unlisten: (() => Promise<void>) | undefined;
  private wake: () => void = () => {};
  private woken = false;
  private failures = 0;
  /** Time of the oldest event of the latest hand-over, epoch milliseconds. */
  private oldestMs = 0;

  constructor(
    private readonly outbox: Outbox,
    private readonly bus: EventBus,
    private readonly validator: EventValidator,
    private readonly log: RelayLog,
    private readonly options: OutboxRelayOptions = DEFAULT_RELAY_OPTIONS,
  ) {}

  /** Starts relaying; resolves when it listens for new events. */
  async start(): Promise<void> {
    this.unlisten = await this.outbox.listen(() => this.nudge());
    this.running = this.run();
  }

  /** Finishes the hand-over that is under way, then stops. What was not published stays in the outbox. */
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
      const published = await this.drainOnce();
      if (this.stopping) return;
      if (published && this.mayYield()) await this.pause(this.restMs(performance.now() - start));
      else if (published === this.options.batchSize) continue;
      else if (published === null) await this.pause(this.backoffMs());
      else if (published > 0) await this.pause(this.options.lingerMs);
      else if (!this.woken) await this.pauseUntilWoken(this.options.pollMs);
    }
  }

  private restMs(workedMs: number): number {
    return Math.min(MAX_REST_MS, this.options.maxYieldMs, YIELD_FACTOR * workedMs);
  }

  private mayYield(): boolean {
    return Date.now() - this.oldestMs < this.options.maxYieldMs && (this.options.yieldsTo?.() ?? false);
  }

  /** The number of published events; null when the hand-over failed. */
  private async drainOnce(): Promise<number | null> {
    try {
      const published = await this.outbox.drain(this.options.batchSize, (records) => this.publish(records));
      this.failures = 0;
      return published;
    } catch (error) {
      this.failures += 1;
      this.log.warn('events could not be published; they stay in the outbox and are tried again', error);
      return null;
    }
  }

  private async publish(records: readonly EventRecord[]): Promise<PublishOutcome> {
    const [oldest] = records;
    this.oldestMs = (eventEpochSeconds(oldest?.event.timestamp ?? '') ?? 0) * 1000;
    const poisoned: { eventId: string; reason: string }[] = [];
    const valid = records.filter(({ event }) => {
      const reason = this.validator.problem(event);
      if (reason !== null) poisoned.push({ eventId: event.event_id, reason });
      return reason === null;
    });
    if (valid.length === 0) return { published: [], poisoned };
    const outcome = await this.bus.publish(valid);
    return { published: outcome.published, poisoned: [...poisoned, ...(outcome.poisoned ?? [])] };
  }

  private backoffMs(): number {
    const exponential = Math.min(this.options.maxBackoffMs, 100 * 2 ** Math.min(this.failures, 10));
    return exponential * (0.5 + Math.random() / 2);
  }

  private async pause(ms: number): Promise<void> {
    const until = performance.now() + ms;
    while (!this.stopping && performance.now() < until) await this.pauseUntilWoken(until - performance.now());
  }

  private async pauseUntilWoken(ms: number): Promise<void> {
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
