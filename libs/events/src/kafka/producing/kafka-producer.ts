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
  /** Longest time a send may take before it throws. @default 15000 */
  readonly timeoutMs?: number;
}

const RETRIES = 5;

/**
 * Sends batches, idempotent and acknowledged by all in-sync replicas, one after the other. Connects by itself.
 *
 * A producer that failed is never used again. It does not know which of its batches the brokers took, so it would give
 * the sequence numbers of a batch that was taken to another batch, and the brokers would drop that one as a repeat
 * while acknowledging it.
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
   * Resolves when all in-sync replicas have every message. When it throws, any part of them may be on the topic.
   *
   * @throws MessageRefusedError when the content is refused, BusUnavailableError otherwise: try again.
   */
  send(batches: readonly TopicMessages[]): Promise<void> {
    const sent = this.turn.then(() => this.sendNow(batches));
    this.turn = sent.catch(() => undefined);
    return sent;
  }

  /** Ends what is under way, then the connection; `send` would open another. */
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

/** One producer id, until the first failure. */
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

  /** Disconnects twice: tries that were under way may have connected again. */
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
   * A partition whose leader moves during a send to a broker that has answered already is passed over by the client,
   * and the send succeeds without it.
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
   * Lets a repeated try go where the first went, also when the topic gets more partitions in between, and ends the
   * tries of a session that was given up: they must not put old events behind newer ones.
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
