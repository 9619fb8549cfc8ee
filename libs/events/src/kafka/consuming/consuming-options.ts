import type { EventRecord, ProcessOutcome } from '@sfm/memory';
import type { Kafka } from 'kafkajs';
import type { DeadLetterQueue } from '../dead-letters/dead-letter-queue.js';
import type { DecodingRules, PassedOver } from '../messages/event-message.js';
import type { KafkaLog } from '../connection/kafka-log.js';
import type { TopicOptions } from '../topics/kafka-topics.js';

/** Applies events in order; resolves when their effects are durable. What it throws concerns all of them. */
export type EventsHandler = (records: readonly EventRecord[]) => Promise<ProcessOutcome>;

/** Why a partition waits before its events are tried again. */
export type RetryCause = 'server_away' | 'event_failed';

/** Told what becomes of the messages, for metrics. Must not throw. */
export interface ConsumingObserver {
  /** The offsets of so many messages are committed: they are applied, or dead-lettered. */
  committed(messages: number): void;
  /** So many events are handed to the handler together. */
  handed(events: number): void;
  /** A partition waits. */
  retrying(cause: RetryCause): void;
  deadLettered(messages: number): void;
  /** An event came that this version does nothing with: it is not about what a memory says, or its type is not known. */
  passedOver(event: PassedOver): void;
}

/** How pauses before another attempt begin; how long they become is an option. */
export const BACKOFF = { minMs: 200, jitter: 0.5 };

/** How events are applied, and what happens to those that cannot be. */
export interface ApplyingOptions {
  readonly decoding: DecodingRules;
  readonly deadLetters: Pick<DeadLetterQueue, 'add'>;
  /** Most events that are applied and committed together. */
  readonly batchSize: number;
  /** Tries of an event that fails by itself before it is dead-lettered. Servers that are away do not count. */
  readonly maxAttempts: number;
  /** Longest pause of a partition. */
  readonly maxBackoffMs: number;
  /**
   * Whether the servers that the handler needs answer now. Asked when events fail for an unknown reason: while it says
   * no, no event is blamed.
   */
  readonly areServersUp: () => Promise<boolean>;
  readonly observer: ConsumingObserver;
  readonly log: KafkaLog;
}

export interface ConsumingOptions extends ApplyingOptions {
  readonly kafka: Kafka;
  readonly groupId: string;
  /** Where the events are. */
  readonly topic: string;
  /** Created where they are missing, as far as this user may. */
  readonly topics: readonly TopicOptions[];
  /** Partitions that are worked on at once. @default 3 */
  readonly concurrency?: number;
  /** After so long without a heartbeat the brokers give the partitions to others. @default 10000 */
  readonly sessionTimeoutMs?: number;
  /** Longest time that the others wait for this member to let go of its partitions. @default 60000 */
  readonly rebalanceTimeoutMs?: number;
}
