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

/** Settings and callbacks of the consuming process. */
export interface ConsumingSurroundings {
  /** Client name that this process sends to the brokers. */
  readonly clientName: string;
  /** Maximum number of dimensions in an event's coordinate. */
  readonly maxDimensions: number;
  /** Resolves with whether the servers that events change answer now. */
  readonly areServersUp: () => Promise<boolean>;
  readonly observer: ConsumingObserver;
}

/** Consumes events from the topic: the transport that calls their handler, and the readings for its metrics. */
export class KafkaConsuming implements OnApplicationShutdown {
  /** Calls the handler of `MEMORY_EVENTS_PATTERN`. */
  readonly server: KafkaBatchServer;
  private readonly deadLetters: DeadLetterQueue;
  private readonly lagReader: LagReader;

  /** Does not connect yet. @throws Error naming a certificate file that cannot be read */
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

  /** Messages per partition that the group has not committed. @throws BusUnavailableError */
  readonly lag = (): Promise<ReadonlyMap<number, number>> => this.lagReader.read();

  /** Current number of dead-lettered events. @throws BusUnavailableError */
  readonly deadLetterCount = (): Promise<number> => this.deadLetters.count();

  /** In seconds; 0 when no event is being applied or waiting for a retry. */
  readonly oldestEventAgeSeconds = (): number => this.server.oldestEventAgeSeconds();

  /** Number of partitions assigned to this process. */
  readonly partitions = (): number => this.server.partitions?.length ?? 0;

  /** Closes the connections that the transport leaves open, after their last use. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.deadLetters.disconnect(), this.lagReader.disconnect()]);
  }
}
