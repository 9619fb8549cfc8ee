import { EventTopic, EventValidator, type KafkaLog } from '@sfm/events';
import type { KafkaEventsOptions } from './events-options.js';
import { kafkaClient, topicOf } from './kafka.js';

export interface EventTopicReading {
  readonly events: KafkaEventsOptions;
  /** Client name that this process sends to the brokers. */
  readonly clientName: string;
  readonly log: KafkaLog;
  /** Maximum number of dimensions in an event's coordinate. */
  readonly maxDimensions: number;
}

/** The events that the brokers still retain. Connects when they are read. */
export function eventTopic({ events, clientName, log, maxDimensions }: EventTopicReading): EventTopic {
  return new EventTopic(kafkaClient(events, clientName, log), {
    topic: topicOf(events),
    rules: { validator: new EventValidator(), maxDimensions, readsLinks: true },
    groupPrefix: 'soma-replay',
  });
}
