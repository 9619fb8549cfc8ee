import type { KafkaConnectionOptions } from '@sfm/events';
import type { ForeignEventOptions } from '@sfm/memory';

/** Who carries events to those who apply them: `embedded` hands them to this process's own indexer. */
export type EventsOptions = { readonly kind: 'embedded' } | KafkaEventsOptions;

/** Events on a topic, for consumers and for processes outside. */
export interface KafkaEventsOptions {
  readonly kind: 'kafka';
  readonly connection: Omit<KafkaConnectionOptions, 'clientId'>;
  /** What cannot be applied goes to the topic of this name with `.dlq`. @default 'memory.events' */
  readonly topic?: string;
  /** Partitions of the topic when it is created: at most so many consumers share the work. @default 6 */
  readonly partitions?: number;
  /** Copies of each partition when a topic is created. @default 3, or as many as there are brokers */
  readonly replicationFactor?: number;
  readonly consumer?: ConsumerOptions;
}

/** How a consumer takes events from the topic. */
export interface ConsumerOptions {
  /** Consumers of one group share the partitions. @default 'soma-consumer-group' */
  readonly groupId?: string;
  /** Most events that are applied and committed together. @default 500 */
  readonly batchSize?: number;
  /** Tries of an event that fails by itself before it is dead-lettered. @default 5 */
  readonly maxAttempts?: number;
  /** Longest pause of a partition while a server that it needs is away, in milliseconds. @default 10000 */
  readonly maxBackoffMs?: number;
  /** How far the clock of another producer may be ahead of ours, in milliseconds. @default 300000 */
  readonly maxAheadMs?: number;
}

/** What the options say about the clocks of other producers; nothing where events come from this process only. */
export function clockRule(events: EventsOptions): Pick<ForeignEventOptions, 'maxAheadMs'> {
  return events.kind === 'kafka' ? { maxAheadMs: events.consumer?.maxAheadMs } : {};
}
