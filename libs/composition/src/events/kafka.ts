import {
  createKafkaClient,
  MEMORY_EVENTS_TOPIC,
  memoryTopics,
  type KafkaConnectionOptions,
  type KafkaLog,
  type TopicOptions,
} from '@sfm/events';
import type { KafkaEventsOptions } from './events-options.js';

/** Creates an unconnected client of the brokers. @throws Error naming a certificate file that cannot be read */
export function kafkaClient(events: KafkaEventsOptions, clientId: string, log: KafkaLog) {
  return createKafkaClient(kafkaConnection(events, clientId), log);
}

export function kafkaConnection({ connection }: KafkaEventsOptions, clientId: string): KafkaConnectionOptions {
  return { ...connection, clientId };
}

/** The topic of the memory events. */
export function topicOf({ topic = MEMORY_EVENTS_TOPIC }: KafkaEventsOptions): string {
  return topic;
}

/** The memory event topic and its dead letter topic, with the settings for creating them when missing. */
export function topicsOf(events: KafkaEventsOptions): readonly TopicOptions[] {
  const { partitions, replicationFactor } = events;
  return memoryTopics({
    topic: topicOf(events),
    ...(partitions === undefined ? {} : { partitions }),
    ...(replicationFactor === undefined ? {} : { replicationFactor }),
  });
}
