import { EventTopic, EventValidator, type KafkaLog } from '@sfm/events';
import type { KafkaEventsOptions } from './events-options.js';
import { kafkaClient, topicOf } from './kafka.js';

export interface EventTopicReading {
  readonly events: KafkaEventsOptions;
  /** Name under which the brokers see this process. */
  readonly clientName: string;
  readonly log: KafkaLog;
  /** Most numbers in the coordinate of an event. */
  readonly maxDimensions: number;
}

/** The events that the brokers still have. Nothing is connected before they are read. */
export function eventTopic({ events, clientName, log, maxDimensions }: EventTopicReading): EventTopic {
  return new EventTopic(kafkaClient(events, clientName, log), {
    topic: topicOf(events),
    rules: { validator: new EventValidator(), maxDimensions },
    groupPrefix: 'soma-replay',
  });
}
