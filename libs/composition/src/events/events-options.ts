import type { KafkaConnectionOptions } from '@sfm/events';
import type { ForeignEventOptions } from '@sfm/memory';

/** The event bus: `embedded` passes events to this process's own indexer, `kafka` publishes them to brokers. */
export type EventsOptions = { readonly kind: 'embedded' } | KafkaEventsOptions;

/** Events on a topic, for consumers and external processes. */
export interface KafkaEventsOptions {
  readonly kind: 'kafka';
  readonly connection: Omit<KafkaConnectionOptions, 'clientId'>;
  /** Events that cannot be applied go to the topic of this name plus `.dlq`. @default 'memory.events' */
  readonly topic?: string;
  /** Partitions of a newly created topic, which is also the maximum number of consumers that share the work. @default 6 */
  readonly partitions?: number;
  /** Replicas of each partition of a newly created topic. @default 3, or as many as there are brokers */
  readonly replicationFactor?: number;
  readonly consumer?: ConsumerOptions;
}

/** How a consumer reads events from the topic. */
export interface ConsumerOptions {
  /** Consumers of one group share the partitions. @default 'soma-consumer-group' */
  readonly groupId?: string;
  /** Maximum number of events applied and committed together. @default 500 */
  readonly batchSize?: number;
  /** Attempts for an event that fails on its own before it is dead-lettered. @default 5 */
  readonly maxAttempts?: number;
  /** Longest pause of a partition while a server that it needs is down, in milliseconds. @default 10000 */
  readonly maxBackoffMs?: number;
  /** How far another producer's clock may be ahead of ours, in milliseconds. @default 300000 */
  readonly maxAheadMs?: number;
}

/** The clock tolerance for other producers; empty when events come only from this process. */
export function clockRule(events: EventsOptions): Pick<ForeignEventOptions, 'maxAheadMs'> {
  return events.kind === 'kafka' ? { maxAheadMs: events.consumer?.maxAheadMs } : {};
}
