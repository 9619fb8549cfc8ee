import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import {
  DeadLetterQueue,
  deadLetterTopicOf,
  EventValidator,
  KafkaBatchServer,
  LagReader,
  type ConsumingObserver,
} from '@sfm/events';
import type { KafkaEventsOptions } from './events-options.js';
import { kafkaClient, topicOf, topicsOf } from './kafka.js';

const GROUP = 'soma-consumer-group';
const BATCH_SIZE = 500;
const ATTEMPTS = 5;
const MAX_BACKOFF_MS = 10_000;

/** Whom consuming serves and whom it tells. */
export interface ConsumingSurroundings {
  /** Name under which the brokers see this process. */
  readonly clientName: string;
  /** Most numbers in the coordinate of an event. */
  readonly maxDimensions: number;
  /** Whether the servers that events change answer now. */
  readonly areServersUp: () => Promise<boolean>;
  readonly observer: ConsumingObserver;
}

/** Takes events from the topic: the transport for their handler, and what it knows of itself. */
export class KafkaConsuming implements OnApplicationShutdown {
  /** Calls the handler of `MEMORY_EVENTS_PATTERN`. */
  readonly server: KafkaBatchServer;
  private readonly deadLetters: DeadLetterQueue;
  private readonly lagReader: LagReader;

  /** Nothing is connected yet. @throws Error naming a certificate file that cannot be read */
  constructor(events: KafkaEventsOptions, around: ConsumingSurroundings) {
    const { groupId = GROUP, batchSize = BATCH_SIZE } = events.consumer ?? {};
    const { maxAttempts = ATTEMPTS, maxBackoffMs = MAX_BACKOFF_MS } = events.consumer ?? {};
    const kafka = kafkaClient(events, around.clientName, new Logger('Kafka'));
    const topic = topicOf(events);
    this.deadLetters = new DeadLetterQueue(kafka, { topic: deadLetterTopicOf(topic) });
    this.lagReader = new LagReader(kafka, { groupId, topic });
    this.server = new KafkaBatchServer({
      kafka,
      deadLetters: this.deadLetters,
      topic,
      topics: topicsOf(events),
      groupId,
      decoding: { validator: new EventValidator(), maxDimensions: around.maxDimensions },
      batchSize,
      maxAttempts,
      maxBackoffMs,
      areServersUp: around.areServersUp,
      observer: around.observer,
      log: new Logger('Consumer'),
    });
  }

  /** Per partition, messages that the group has not committed. @throws BusUnavailableError */
  readonly lag = (): Promise<ReadonlyMap<number, number>> => this.lagReader.read();

  /** Events that are dead-lettered now. @throws BusUnavailableError */
  readonly deadLetterCount = (): Promise<number> => this.deadLetters.count();

  /** Seconds; 0 when nothing is being applied or waits for another try. */
  readonly oldestEventAgeSeconds = (): number => this.server.oldestEventAgeSeconds();

  /** Partitions that this process has. */
  readonly partitions = (): number => this.server.partitions?.length ?? 0;

  /** Closes what the transport leaves open, once nothing uses it any more. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.deadLetters.disconnect(), this.lagReader.disconnect()]);
  }
}
