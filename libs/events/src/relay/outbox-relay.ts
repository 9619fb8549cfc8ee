import {
  backoffMs,
  OutboxLoop,
  readTime,
  type EventBus,
  type EventRecord,
  type Outbox,
  type PublishOutcome,
} from '@sfm/memory';
import type { EventValidator } from '../validation/event-validator.js';

export interface OutboxRelayOptions {
  /** Maximum number of events per hand-over. */
  readonly batchSize: number;
  /** Pause after a hand-over that did not fill a batch: lets writes accumulate, which costs the store less. */
  readonly lingerMs: number;
  /** Looks for events this often even without a wake-up: covers retries and missed notifications. */
  readonly pollMs: number;
  readonly maxBackoffMs: number;
  /**
   * Returns true while a caller waits for a write to be acknowledged: relaying then takes only a small share of the
   * time, so that a burst of writes is not slowed by its own indexing. Recall still sees the writes.
   */
  readonly yieldsTo?: () => boolean;
  /** Age of an event from which on the relay no longer yields. */
  readonly maxYieldMs: number;
  /** Above this many waiting events, the relay alternates with writers instead of yielding. @default Infinity */
  readonly maxYieldEvents?: number;
}

const BACKOFF = { minMs: 200, jitter: 0.5 };
/** While yielding, the relay pauses this many times as long as it worked. */
const YIELD_FACTOR = 20;
/** The same factor while too many events wait. */
const TURNS_FACTOR = 1;
const MAX_REST_MS = 1000;
/** While yielding, the interval between checks for active writers, in milliseconds. */
const LOOK_MS = 50;
/** Waiting events are counted once per this many checks. */
const LOOKS_PER_COUNT = 5;
/** Consecutive checks without a writer that end the pause: alternating writers leave gaps. */
const QUIET_LOOKS = 2;

export const DEFAULT_RELAY_OPTIONS: OutboxRelayOptions = {
  batchSize: 500,
  lingerMs: 15,
  pollMs: 1000,
  maxBackoffMs: 10_000,
  maxYieldMs: 5000,
};

/** Log of the relay. */
export interface RelayLog {
  warn(message: string, error: unknown): void;
}

/** Moves committed events from the outbox to the event bus. Any number of relays may use one outbox. */
export class OutboxRelay {
  private readonly loop: OutboxLoop;
  private failures = 0;
  /** Time of the oldest event of the last hand-over, epoch milliseconds. */
  private oldestMs = 0;

  constructor(
    private readonly outbox: Outbox,
    private readonly bus: EventBus,
    private readonly validator: EventValidator,
    private readonly log: RelayLog,
    private readonly options: OutboxRelayOptions = DEFAULT_RELAY_OPTIONS,
  ) {
    this.loop = new OutboxLoop(outbox, () => this.turn());
  }

  /** Starts relaying; resolves once it listens for new events. */
  start(): Promise<void> {
    return this.loop.start();
  }

  /** Finishes the current hand-over, then stops. Unpublished events stay in the outbox. */
  stop(): Promise<void> {
    return this.loop.stop();
  }

  private async turn(): Promise<void> {
    const start = performance.now();
    const published = await this.drainOnce();
    if (this.loop.isStopping) return;
    if (published && this.mayYield()) await this.yieldToWriters(performance.now() - start);
    else if (published === this.options.batchSize) return;
    else if (published === null)
      await this.loop.rest(backoffMs(this.failures, { ...BACKOFF, maxMs: this.options.maxBackoffMs }));
    else if (published > 0) await this.loop.rest(this.options.lingerMs);
    else await this.loop.restUntilWoken(this.options.pollMs);
  }

  /**
   * Pauses for the given time, or until writers stop (a finished burst is published at once) or too many events wait.
   */
  private async yieldToWriters(workedMs: number): Promise<void> {
    const factor = (await this.isTooMuchWaiting()) ? TURNS_FACTOR : YIELD_FACTOR;
    const until = performance.now() + Math.min(MAX_REST_MS, this.options.maxYieldMs, factor * workedMs);
    let quietLooks = 0;
    for (let looks = 1; quietLooks < QUIET_LOOKS && !this.loop.isStopping; looks += 1) {
      const left = until - performance.now();
      if (left <= 0) return;
      await this.loop.rest(Math.min(LOOK_MS, left));
      quietLooks = this.options.yieldsTo?.() ? 0 : quietLooks + 1;
      if (looks % LOOKS_PER_COUNT === 0 && (await this.isTooMuchWaiting())) return;
    }
  }

  private mayYield(): boolean {
    return Date.now() - this.oldestMs < this.options.maxYieldMs && (this.options.yieldsTo?.() ?? false);
  }

  private async isTooMuchWaiting(): Promise<boolean> {
    const { maxYieldEvents = Infinity } = this.options;
    if (maxYieldEvents === Infinity) return false;
    try {
      return await this.outbox.holdsMoreThan(maxYieldEvents);
    } catch {
      // The next hand-over meets the same error and reports it.
      return true;
    }
  }

  /** Returns the number of published events; null when the hand-over failed. */
  private async drainOnce(): Promise<number | null> {
    try {
      const published = await this.outbox.drain(this.options.batchSize, (records) => this.publish(records));
      this.failures = 0;
      return published;
    } catch (error) {
      this.failures += 1;
      const reason = error instanceof Error ? error.message : String(error);
      this.log.warn(`events could not be published; they stay in the outbox and are tried again: ${reason}`, error);
      return null;
    }
  }

  private async publish(records: readonly EventRecord[]): Promise<PublishOutcome> {
    const [oldest] = records;
    this.oldestMs = readTime(oldest?.event.timestamp ?? '') ?? 0;
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
}
