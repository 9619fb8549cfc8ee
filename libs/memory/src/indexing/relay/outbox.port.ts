import type { EventRecord } from '../../event-model/memory-event.js';

/** Outcome of a batch that was handed to `publish`. */
export interface PublishOutcome {
  /** Event ids that are durable on the bus. The other events return to the outbox with their attempt counted. */
  readonly published: readonly string[];
  /** Event ids that can never be published, with the reason; they are dead-lettered for operators. */
  readonly poisoned?: readonly { readonly eventId: string; readonly reason: string }[];
}

export interface OutboxDepth {
  readonly waiting: number;
  readonly deadLetters: number;
  /** Age of the oldest waiting event in seconds; 0 when none waits. */
  readonly oldestAgeSeconds: number;
}

/** An event that could not be published and waits until it is requeued. */
export interface OutboxDeadLetter {
  readonly record: EventRecord;
  readonly reason: string;
  /** Number of publishing attempts. */
  readonly attempts: number;
  readonly deadLetteredAt: Date;
}

/** Events that are committed but not yet published. Any number of relays may drain it at once. */
export abstract class Outbox {
  /**
   * Passes up to `limit` events to `publish`, oldest first, each to one relay at a time (SKIP LOCKED), and never an
   * event before an older one of the same coordinate. Published events are removed by the time this resolves; if
   * `publish` throws or the process dies, the whole batch is passed again. Resolves with the number published.
   */
  abstract drain(limit: number, publish: (records: readonly EventRecord[]) => Promise<PublishOutcome>): Promise<number>;

  /** Calls `wake` whenever any process commits events. Resolves with a function that stops listening. */
  abstract listen(wake: () => void): Promise<() => Promise<void>>;

  /** Counts what is held: exactly as long as that is little, otherwise approximately. The cost is bounded. */
  abstract depth(): Promise<OutboxDepth>;

  /** Returns whether more than this many events wait. The cost is bounded by this number, however many wait. */
  abstract holdsMoreThan(events: number): Promise<boolean>;

  /** Returns the newest dead-lettered events, at most `limit`, oldest first. */
  abstract deadLetters(limit: number): Promise<readonly OutboxDeadLetter[]>;

  /**
   * Requeues dead-lettered events, at most `limit` (default: all that are asked for), in the order in which they were
   * committed. Resolves with the ids of those that were dead-lettered; others are ignored.
   */
  abstract redrive(eventIds: readonly string[] | 'all', limit?: number): Promise<readonly string[]>;

  /**
   * Gives dead-lettered events up: nobody publishes them any more. What they announced stays in the truth and in the
   * ledger. Takes and resolves with the same as `redrive`.
   */
  abstract dismiss(eventIds: readonly string[] | 'all', limit?: number): Promise<readonly string[]>;
}
