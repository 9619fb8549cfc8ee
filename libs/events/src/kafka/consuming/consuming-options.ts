import type { EventRecord, ProcessOutcome } from '@sfm/memory';
import type { Kafka } from 'kafkajs';
import type { DeadLetterQueue } from '../dead-letters/dead-letter-queue.js';
import type { DecodingRules, PassedOver } from '../messages/event-message.js';
import type { KafkaLog } from '../connection/kafka-log.js';
import type { TopicOptions } from '../topics/kafka-topics.js';

/** Applies events in order; resolves when their effects are durable. An error it throws concerns all of the events. */
export type EventsHandler = (records: readonly EventRecord[]) => Promise<ProcessOutcome>;

/** Why a partition waits before its events are tried again. */
export type RetryCause = 'server_away' | 'event_failed';

/** Receives what happens to the messages, for metrics. Must not throw. */
export interface ConsumingObserver {
  /** The offsets of this many messages are committed: they are applied or dead-lettered. */
  committed(messages: number): void;
  /** This many events were passed to the handler together. */
  handed(events: number): void;
  /** A partition is paused before a retry. */
  retrying(cause: RetryCause): void;
  deadLettered(messages: number): void;
  /** This version ignores the event: it is not about a memory's content, or its type is unknown. */
  passedOver(event: PassedOver): void;
}

/** Initial pause before a retry; the longest pause is an option. */
export const BACKOFF = { minMs: 200, jitter: 0.5 };

/** How events are applied, and how those that cannot be are handled. */
export interface ApplyingOptions {
  readonly decoding: DecodingRules;
  readonly deadLetters: Pick<DeadLetterQueue, 'add'>;
  /** Maximum number of events that are applied and committed together. */
  readonly batchSize: number;
  /**
   * Attempts for an event that fails individually before it is dead-lettered. Attempts while a server is away do not
   * count.
   */
  readonly maxAttempts: number;
  /** Longest pause of a partition, in milliseconds. */
  readonly maxBackoffMs: number;
  /**
   * Returns whether the servers that the handler needs answer now. Called when events fail for an unknown reason: while
   * it returns false, no event is counted as failed.
   */
  readonly areServersUp: () => Promise<boolean>;
  readonly observer: ConsumingObserver;
  readonly log: KafkaLog;
}

export interface ConsumingOptions extends ApplyingOptions {
  readonly kafka: Kafka;
  readonly groupId: string;
  /** The topic of the events. */
  readonly topic: string;
  /** Created when missing, as far as this user has permission. */
  readonly topics: readonly TopicOptions[];
  /** Partitions processed concurrently. @default 3 */
  readonly concurrency?: number;
  /** Without a heartbeat for this long, the brokers give the partitions to other members. @default 10000 */
  readonly sessionTimeoutMs?: number;
  /** Longest time that other members wait for this member to release its partitions. @default 60000 */
  readonly rebalanceTimeoutMs?: number;
}
