import { BusUnavailableError } from '@sfm/memory';
import kafkajs, {
  CompressionTypes,
  type ICustomPartitioner,
  type Kafka,
  type Message,
  type Producer,
  type RecordMetadata,
  type TopicMessages,
} from 'kafkajs';
import { javaPartitioner } from './java-partitioner.js';
import { toBusError } from '../connection/kafka-errors.js';

export interface KafkaProducerOptions {
  /** @default gzip */
  readonly compression?: 'gzip' | 'none';
  /** Longest time a send may take before it throws, in milliseconds. @default 15000 */
  readonly timeoutMs?: number;
}

const RETRIES = 5;

/**
 * Sends batches one after the other, idempotently and acknowledged by all in-sync replicas. Connects by itself.
 *
 * A failed producer is never used again. It does not know which of its batches the brokers accepted, so it would reuse
 * the sequence numbers of an accepted batch for another one, which the brokers would acknowledge but drop as a repeat.
 */
export class KafkaProducer {
  private session: ProducerSession | undefined;
  private turn: Promise<unknown> = Promise.resolve();
  private readonly closing = new Set<Promise<void>>();

  constructor(
    private readonly kafka: Kafka,
    private readonly options: KafkaProducerOptions = {},
  ) {}

  /**
   * Resolves when all in-sync replicas have every message. When it throws, any subset of them may be on the topic.
   *
   * @throws MessageRefusedError when the content is refused, BusUnavailableError otherwise: try again.
   */
  send(batches: readonly TopicMessages[]): Promise<void> {
    const sent = this.turn.then(() => this.sendNow(batches));
    this.turn = sent.catch(() => undefined);
    return sent;
  }

  /** Finishes current work, then closes the connection; a later `send` opens a new one. */
  async disconnect(): Promise<void> {
    await this.turn;
    this.drop();
    await Promise.all(this.closing);
  }

  private async sendNow(batches: readonly TopicMessages[]): Promise<void> {
    const { compression = 'gzip', timeoutMs = 15_000 } = this.options;
    const session = (this.session ??= new ProducerSession(this.kafka));
    try {
      await within(timeoutMs, session.send(batches, compression));
    } catch (error) {
      this.drop();
      throw toBusError(error);
    }
  }

  private drop(): void {
    const session = this.session;
    if (!session) return;
    this.session = undefined;
    const closed = session.close().finally(() => this.closing.delete(closed));
    this.closing.add(closed);
  }
}

/** A producer with one producer id, used until its first failure. */
class ProducerSession {
  private readonly partitions = new WeakMap<Message, number>();
  private readonly producer: Producer;
  private connected: Promise<void> | undefined;
  private pending: Promise<unknown> = Promise.resolve();
  private isClosed = false;

  constructor(kafka: Kafka) {
    this.producer = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: this.createPartitioner(),
      retry: { retries: RETRIES },
    });
  }

  send(batches: readonly TopicMessages[], compression: 'gzip' | 'none'): Promise<void> {
    const sent = this.connectAndSend(batches, compression);
    this.pending = sent.catch(() => undefined);
    return sent;
  }

  /** Disconnects twice: attempts in progress may have reconnected after the first. */
  async close(): Promise<void> {
    this.isClosed = true;
    const disconnect = () => this.producer.disconnect().catch(() => undefined);
    await disconnect();
    await this.pending;
    await disconnect();
  }

  private async connectAndSend(batches: readonly TopicMessages[], compression: 'gzip' | 'none'): Promise<void> {
    this.connected ??= this.producer.connect();
    await this.connected;
    const taken = await this.producer.sendBatch({
      acks: -1,
      compression: compression === 'gzip' ? CompressionTypes.GZIP : CompressionTypes.None,
      topicMessages: [...batches],
    });
    this.requireAll(batches, taken);
  }

  /**
   * Throws when a partition was skipped: the client skips a partition whose leader moves during a send to a broker that
   * has answered already, and the send succeeds without it.
   */
  private requireAll(batches: readonly TopicMessages[], taken: readonly RecordMetadata[]): void {
    const answered = new Set(taken.map(({ topicName, partition }) => `${topicName}/${partition}`));
    for (const { topic, messages } of batches) {
      for (const message of messages) {
        const place = `${topic}/${this.partitions.get(message)}`;
        if (!answered.has(place)) throw new BusUnavailableError(`broker unavailable: ${place} was not acknowledged`);
      }
    }
  }

  /**
   * Sends a retry to the same partition as the first attempt, even when the topic gains partitions in between, and ends
   * the retries of an abandoned session, which must not put old events behind newer ones.
   */
  private createPartitioner(): ICustomPartitioner {
    return () => {
      const choose = javaPartitioner();
      return (args) => {
        if (this.isClosed) throw new kafkajs.KafkaJSNonRetriableError('the producer was given up');
        const partition = this.partitions.get(args.message) ?? choose(args);
        this.partitions.set(args.message, partition);
        return partition;
      };
    };
  }
}

async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new BusUnavailableError(`broker unavailable: no acknowledgement within ${timeoutMs} ms`));
    }, timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
