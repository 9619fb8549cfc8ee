import type { EventRecord } from '../../event-model/memory-event.js';

/** What became of a batch that was handed out. */
export interface PublishOutcome {
  /** Event ids that are durable on the bus. The rest goes back, its attempt counted. */
  readonly published: readonly string[];
  /** Event ids that can never be published, with the reason; dead-lettered where operators find them. */
  readonly poisoned?: readonly { readonly eventId: string; readonly reason: string }[];
}

export interface OutboxDepth {
  readonly waiting: number;
  readonly deadLetters: number;
  /** Age of the oldest waiting event, seconds; 0 when none waits. */
  readonly oldestAgeSeconds: number;
}

/** An event that could not be published, waiting for somebody to send it on. */
export interface OutboxDeadLetter {
  readonly record: EventRecord;
  readonly reason: string;
  /** How often it was handed out. */
  readonly attempts: number;
  readonly deadLetteredAt: Date;
}

/** Events that are committed but not yet published. Any number of relays may drain it at once. */
export abstract class Outbox {
  /**
   * Hands up to `limit` events to `publish`, oldest first, each to one relay at a time (SKIP LOCKED), and never an
   * event before an older one of the same coordinate. Published ones are gone when this resolves; if `publish` throws
   * or the process dies, the whole batch is handed out again. Resolves with the number published.
   */
  abstract drain(limit: number, publish: (records: readonly EventRecord[]) => Promise<PublishOutcome>): Promise<number>;

  /** Calls `wake` whenever events were committed, by any process. Resolves with a function that stops listening. */
  abstract listen(wake: () => void): Promise<() => Promise<void>>;

  abstract depth(): Promise<OutboxDepth>;

  /** True when more than so many events wait; costs no more than reading that many, however many there are. */
  abstract holdsMoreThan(events: number): Promise<boolean>;

  /** The newest that are dead-lettered, at most `limit`, oldest first. */
  abstract deadLetters(limit: number): Promise<readonly OutboxDeadLetter[]>;

  /** Lets dead-lettered events be handed out again. Resolves with the ids of those that were dead-lettered; others are ignored. */
  abstract redrive(eventIds: readonly string[] | 'all'): Promise<readonly string[]>;
}
