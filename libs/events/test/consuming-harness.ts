import { randomUUID } from 'node:crypto';
import { Controller, UseFilters, type INestMicroservice } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import type { EventRecord, ProcessOutcome } from '@sfm/memory';
import type { Kafka, Message } from 'kafkajs';
import { waitFor } from '../../../test/services/lifetime/wait-for.js';
import type { ConsumingObserver, ConsumingOptions, RetryCause } from '../src/kafka/consuming/consuming-options.js';
import { KafkaBatchServer, MEMORY_EVENTS_PATTERN } from '../src/kafka/consuming/kafka-batch-server.js';
import { LagReader } from '../src/kafka/consuming/partitions/lag-reader.js';
import { RpcErrorPassThrough } from '../src/kafka/consuming/rpc-error-pass-through.filter.js';
import { DeadLetterQueue } from '../src/kafka/dead-letters/dead-letter-queue.js';
import { encodeEventMessage, type PassedOver } from '../src/kafka/messages/event-message.js';
import { javaPartitioner } from '../src/kafka/producing/java-partitioner.js';
import { deadLetterTopicOf, KafkaTopics, memoryTopics } from '../src/kafka/topics/kafka-topics.js';
import { freshTopic, recordedLog, RULES, type RecordedLog } from './kafka-fixtures.js';

/** For members that are to be given up soon after they went silent. */
export const GIVEN_UP_SOON = { sessionTimeoutMs: 3000, rebalanceTimeoutMs: 5000 };

export type Behaviour = (records: readonly EventRecord[]) => Promise<ProcessOutcome> | ProcessOutcome;

/** What a handler is asked for. */
abstract class Applier {
  abstract apply(records: readonly EventRecord[]): Promise<ProcessOutcome>;
}

@Controller()
@UseFilters(RpcErrorPassThrough)
class EventsController {
  constructor(private readonly applier: Applier) {}

  @EventPattern<string>(MEMORY_EVENTS_PATTERN)
  handle(@Payload() records: readonly EventRecord[]): Promise<ProcessOutcome> {
    return this.applier.apply(records);
  }
}

/** What a consumer told its observer. */
export class CountingObserver implements ConsumingObserver {
  committedMessages = 0;
  deadLetteredMessages = 0;
  readonly handedSizes: number[] = [];
  readonly causes: RetryCause[] = [];
  readonly passedOverTypes: string[] = [];
  committed(messages: number): void {
    this.committedMessages += messages;
  }
  /** The broker knows of a commit before the consumer knows that it does. @throws when it commits more */
  async hasCommitted(messages: number): Promise<void> {
    await waitFor(() => this.committedMessages >= messages, { what: () => `${messages} committed messages` });
    if (this.committedMessages > messages) throw new Error(`committed ${this.committedMessages} messages`);
  }
  handed(events: number): void {
    this.handedSizes.push(events);
  }
  retrying(cause: RetryCause): void {
    this.causes.push(cause);
  }
  deadLettered(messages: number): void {
    this.deadLetteredMessages += messages;
  }
  passedOver({ type }: PassedOver): void {
    this.passedOverTypes.push(type);
  }
}

export interface RunningConsumer {
  readonly server: KafkaBatchServer;
  readonly observer: CountingObserver;
  readonly log: RecordedLog;
  joined(): Promise<void>;
  close(): Promise<void>;
}

/** A topic with its dead letter topic, a group, and any number of consumers. */
export class ConsumingWorld {
  readonly topic = freshTopic();
  readonly groupId = `group-${randomUUID()}`;
  readonly deadLetters: DeadLetterQueue;
  readonly lag: LagReader;
  private readonly consumers: RunningConsumer[] = [];

  constructor(
    readonly kafka: Kafka,
    private readonly partitions = 3,
  ) {
    this.deadLetters = new DeadLetterQueue(kafka, { topic: deadLetterTopicOf(this.topic) });
    this.lag = new LagReader(kafka, this);
  }

  async createTopics(): Promise<void> {
    await new KafkaTopics(this.kafka, recordedLog()).ensure(
      memoryTopics({ topic: this.topic, partitions: this.partitions }),
    );
    await this.answers();
  }

  /** A broker that has just started answers for no group yet. */
  answers(): Promise<void> {
    const isRead = () =>
      this.lag.read().then(
        () => true,
        () => false,
      );
    return waitFor(isRead, { intervalMs: 100, what: () => 'the group coordinator' });
  }

  /** Starts a consumer; its handler is a Nest controller that does what `behaviour` says. */
  async consume(behaviour: Behaviour, change: Partial<ConsumingOptions> = {}): Promise<RunningConsumer> {
    const observer = new CountingObserver();
    const log = recordedLog();
    const server = new KafkaBatchServer({
      kafka: this.kafka,
      groupId: this.groupId,
      topic: this.topic,
      topics: memoryTopics({ topic: this.topic, partitions: this.partitions }),
      decoding: RULES,
      deadLetters: this.deadLetters,
      batchSize: 50,
      maxAttempts: 3,
      maxBackoffMs: 300,
      areServersUp: () => Promise.resolve(true),
      // A member that a busy machine keeps from its heartbeats is not away: it would be handed everything again.
      sessionTimeoutMs: 60_000,
      rebalanceTimeoutMs: 60_000,
      observer,
      log,
      ...change,
    });
    const app = await nest(server, behaviour);
    await app.listen();
    const consumer = {
      server,
      observer,
      log,
      joined: () => waitFor(() => server.partitions !== undefined, { what: () => 'joining' }),
      close: () => app.close(),
    };
    this.consumers.push(consumer);
    return consumer;
  }

  async send(records: readonly EventRecord[]): Promise<void> {
    await this.sendRaw(records.map(encodeEventMessage));
  }

  async sendRaw(messages: readonly Message[]): Promise<void> {
    const producer = this.kafka.producer({ createPartitioner: javaPartitioner, allowAutoTopicCreation: false });
    await producer.connect();
    await producer.send({ topic: this.topic, messages: [...messages] });
    await producer.disconnect();
  }

  async totalLag(): Promise<number> {
    return [...(await this.lag.read()).values()].reduce((sum, lag) => sum + lag, 0);
  }

  drained(): Promise<void> {
    const lag = () => this.totalLag().catch(() => 'unknown' as const);
    return waitFor(async () => (await lag()) === 0, { intervalMs: 50, what: () => 'lag 0' });
  }

  async close(): Promise<void> {
    await Promise.all(this.consumers.map((consumer) => consumer.close()));
    await Promise.all([this.deadLetters.disconnect(), this.lag.disconnect()]);
  }
}

async function nest(strategy: KafkaBatchServer, behaviour: Behaviour): Promise<INestMicroservice> {
  const applier = { provide: Applier, useValue: { apply: async (records: EventRecord[]) => behaviour(records) } };
  const module = await Test.createTestingModule({ controllers: [EventsController], providers: [applier] }).compile();
  return module.createNestMicroservice({ strategy, logger: false });
}
