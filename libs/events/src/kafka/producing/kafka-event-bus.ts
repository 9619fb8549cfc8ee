import { applyIsolating, EventBus, type EventRecord, type PublishOutcome } from '@sfm/memory';
import { traceShared } from '@sfm/observability';
import type { Kafka, Message } from 'kafkajs';
import { encodeEventMessage } from '../messages/event-message.js';
import type { KafkaLog } from '../connection/kafka-log.js';
import { KafkaProducer, type KafkaProducerOptions } from './kafka-producer.js';
import { KafkaTopics, MEMORY_EVENTS_TOPIC, memoryTopics, type TopicOptions } from '../topics/kafka-topics.js';
import { chunkMessages } from './message-chunks.js';

export interface KafkaEventBusOptions extends KafkaProducerOptions {
  /** Topic of the events. @default memory.events */
  readonly topic?: string;
  /** Created before the first event is sent, unless they exist. @default `memoryTopics({ topic })` */
  readonly topics?: readonly TopicOptions[];
}

interface Outgoing {
  readonly eventId: string;
  readonly message: Message;
}

/**
 * Publishes events on a topic, in order per memory: a message's key names the memory, and one key stays on one
 * partition. Connects on the first event, and reconnects when the brokers return.
 */
export class KafkaEventBus extends EventBus {
  private readonly producer: KafkaProducer;
  private topicsReady: Promise<void> | undefined;

  constructor(
    private readonly kafka: Kafka,
    private readonly log: KafkaLog,
    private readonly options: KafkaEventBusOptions = {},
  ) {
    super();
    this.producer = new KafkaProducer(kafka, options);
  }

  /**
   * Resolves when all in-sync replicas have the events; sends one request unless they exceed a batch's size limit.
   * Events that the brokers refuse for their content, such as their size, are reported as poisoned; the others are
   * published.
   *
   * @throws BusUnavailableError within the time limit. The events may be on the topic anyway: publishing them again is
   * safe, because consumers recognise repeats by event id and version.
   */
  async publish(records: readonly EventRecord[]): Promise<PublishOutcome> {
    if (records.length === 0) return { published: [] };
    const attributes = {
      'messaging.system': 'kafka',
      'messaging.operation.type': 'send',
      'messaging.operation.name': 'send',
      'messaging.destination.name': this.topic,
      'messaging.batch.message_count': records.length,
    };
    return traceShared(
      { name: `send ${this.topic}`, kind: 'producer', attributes },
      records.map(({ traceparent }) => traceparent),
      async (spans) => {
        const outcome = await this.send(
          records.map((record, index) => ({ ...record, traceparent: spans.traceparents[index] })),
        );
        const poisoned = new Set(outcome.poisoned?.map(({ eventId }) => eventId));
        records.forEach(({ event }, index) => poisoned.has(event.event_id) && spans.fail(index, 'refused'));
        return outcome;
      },
    );
  }

  private async send(records: readonly EventRecord[]): Promise<PublishOutcome> {
    await this.ensureTopics();
    const outgoing = records.map((record) => ({ eventId: record.event.event_id, message: encodeEventMessage(record) }));
    const poisoned: { eventId: string; reason: string }[] = [];
    for (const chunk of chunkMessages(outgoing, ({ message }) => message)) {
      const refused = await applyIsolating(chunk, (together) => this.sendTogether(together));
      for (const { item, reason } of refused) poisoned.push({ eventId: item.eventId, reason: `Kafka: ${reason}` });
    }
    const isPoisoned = new Set(poisoned.map(({ eventId }) => eventId));
    const published = outgoing.map(({ eventId }) => eventId).filter((eventId) => !isPoisoned.has(eventId));
    return { published, poisoned };
  }

  /** Finishes a publish in progress, then closes the connection. */
  async disconnect(): Promise<void> {
    await this.producer.disconnect();
  }

  private get topic(): string {
    return this.options.topic ?? MEMORY_EVENTS_TOPIC;
  }

  private sendTogether(outgoing: readonly Outgoing[]): Promise<void> {
    return this.producer.send([{ topic: this.topic, messages: outgoing.map(({ message }) => message) }]);
  }

  private async ensureTopics(): Promise<void> {
    this.topicsReady ??= this.createTopics();
    try {
      await this.topicsReady;
    } catch (error) {
      this.topicsReady = undefined;
      throw error;
    }
  }

  /** A topic that is not published on is left for others to create when this user has no permission. */
  private async createTopics(): Promise<void> {
    const topics = this.options.topics ?? memoryTopics({ topic: this.topic });
    const creator = new KafkaTopics(this.kafka, this.log);
    await creator.ensure(topics.filter(({ topic }) => topic === this.topic));
    try {
      await creator.ensure(topics.filter(({ topic }) => topic !== this.topic));
    } catch (error) {
      this.log.warn(error instanceof Error ? error.message : String(error));
    }
  }
}
