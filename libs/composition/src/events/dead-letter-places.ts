import { DeadLetterQueue, deadLetterTopicOf, type KafkaLog } from '@sfm/events';
import type { Outbox } from '@sfm/memory';
import { PostgresDatabase, PostgresOutbox, type StorageModuleOptions } from '@sfm/storage';
import type { KafkaEventsOptions } from './events-options.js';
import { kafkaClient, topicOf } from './kafka.js';

/** Events that consumers could not apply. Connects on first use; the caller must disconnect it. */
export function deadLetterQueue(events: KafkaEventsOptions, clientName: string, log: KafkaLog): DeadLetterQueue {
  return new DeadLetterQueue(kafkaClient(events, clientName, log), { topic: deadLetterTopicOf(topicOf(events)) });
}

/** Events that could not be published. */
export function outboxOf(dataSource: StorageModuleOptions['dataSource']): Outbox {
  return new PostgresOutbox(new PostgresDatabase(dataSource));
}
