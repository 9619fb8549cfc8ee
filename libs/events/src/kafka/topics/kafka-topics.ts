import { BusUnavailableError } from '@sfm/memory';
import type { Admin, ITopicMetadata, Kafka } from 'kafkajs';
import { setTimeout as delay } from 'node:timers/promises';
import { protocolErrorsOf, toBusError } from '../connection/kafka-errors.js';
import type { KafkaLog } from '../connection/kafka-log.js';

export const MEMORY_EVENTS_TOPIC = 'memory.events';

export interface TopicOptions {
  readonly topic: string;
  /** @default 6 */
  readonly partitions?: number;
  /** @default 3, or the number of brokers when there are fewer */
  readonly replicationFactor?: number;
  /** Topic settings, e.g. `cleanup.policy`. */
  readonly settings?: Readonly<Record<string, string>>;
}

const PARTITIONS = 6;
const REPLICAS = 3;
const LEADER_WAIT_MS = 10_000;
const CREATE_TIMEOUT_MS = 5000;

/** Returns the name of a topic's dead letter topic. */
export function deadLetterTopicOf(topic: string): string {
  return `${topic}.dlq`;
}

/**
 * Returns the topic of the memory events and its dead letter topic, as the service creates them.
 *
 * The dead letter topic is compacted and never expires: sending a record back removes it by writing a tombstone for its
 * key. It accepts larger messages than other topics, because a dead letter has more headers.
 */
export function memoryTopics(options: Partial<TopicOptions> = {}): readonly TopicOptions[] {
  const topic = options.topic ?? MEMORY_EVENTS_TOPIC;
  const { replicationFactor } = options;
  return [
    { ...options, topic },
    {
      topic: deadLetterTopicOf(topic),
      partitions: 1,
      ...(replicationFactor === undefined ? {} : { replicationFactor }),
      settings: { 'cleanup.policy': 'compact', 'max.message.bytes': String(2 * 1024 * 1024) },
    },
  ];
}

/** Creates missing topics. */
export class KafkaTopics {
  constructor(
    private readonly kafka: Kafka,
    private readonly log: KafkaLog,
  ) {}

  /**
   * Resolves when every topic exists and each of its partitions has a leader. Existing topics are left unchanged.
   * Several processes may call this at once.
   *
   * @throws BusUnavailableError when the brokers are away or this user may not create a topic: the message says how to
   * create it.
   */
  async ensure(topics: readonly TopicOptions[]): Promise<void> {
    const admin = this.kafka.admin();
    try {
      await admin.connect();
      const existing = new Set(await admin.listTopics());
      for (const topic of topics) {
        if (!existing.has(topic.topic)) await this.create(admin, topic);
        await this.awaitLeaders(admin, topic);
      }
    } catch (error) {
      throw toBusError(error);
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }

  private async create(admin: Admin, options: TopicOptions): Promise<void> {
    const { topic, partitions = PARTITIONS, settings = {} } = options;
    const { brokers } = await admin.describeCluster();
    const replicationFactor = options.replicationFactor ?? Math.min(REPLICAS, brokers.length);
    // Without this, "acknowledged by all in-sync replicas" may mean one. Redpanda has its own quorum and ignores it.
    const safety: Readonly<Record<string, string>> = replicationFactor >= 3 ? { 'min.insync.replicas': '2' } : {};
    const configEntries = Object.entries({ ...safety, ...settings }).map(([name, value]) => ({ name, value }));
    try {
      const created = await admin.createTopics({
        topics: [{ topic, numPartitions: partitions, replicationFactor, configEntries }],
        timeout: CREATE_TIMEOUT_MS,
        waitForLeaders: false,
      });
      if (created)
        this.log.log(`created Kafka topic ${topic}: ${partitions} partitions, ${replicationFactor} replicas`);
    } catch (error) {
      const types = protocolErrorsOf(error);
      if (types.includes('TOPIC_ALREADY_EXISTS')) return;
      const wanted = [`partitions=${partitions}`, `replication factor=${replicationFactor}`].concat(
        configEntries.map(({ name, value }) => `${name}=${value}`),
      );
      if (types.some((type) => type.endsWith('_AUTHORIZATION_FAILED'))) {
        throw new BusUnavailableError(
          `the Kafka user may not create topic ${topic}: create it (${wanted.join(', ')}) or allow CREATE on it`,
          { cause: error },
        );
      }
      throw new BusUnavailableError(
        `Kafka topic ${topic} cannot be created (${wanted.join(', ')}): ${toBusError(error).message}`,
        { cause: error },
      );
    }
  }

  private async awaitLeaders(admin: Admin, { topic, partitions = PARTITIONS }: TopicOptions): Promise<void> {
    const deadline = performance.now() + LEADER_WAIT_MS;
    for (;;) {
      const metadata = await metadataOf(admin, topic);
      if (metadata?.partitions.every(({ leader }) => leader >= 0)) {
        if (metadata.partitions.length < partitions) {
          this.log.warn(
            `Kafka topic ${topic} has ${metadata.partitions.length} partitions, ${partitions} are configured; ` +
              'at most that many consumers share the work',
          );
        }
        return;
      }
      if (performance.now() > deadline) {
        throw new BusUnavailableError(`broker unavailable: topic ${topic} has partitions without a leader`);
      }
      await delay(100);
    }
  }
}

/** Returns undefined while some brokers do not know the topic or a partition has no leader. */
async function metadataOf(admin: Admin, topic: string): Promise<ITopicMetadata | undefined> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics.find(({ name, partitions }) => name === topic && partitions.length > 0);
  } catch (error) {
    const types = protocolErrorsOf(error);
    if (types.includes('UNKNOWN_TOPIC_OR_PARTITION') || types.includes('LEADER_NOT_AVAILABLE')) return undefined;
    throw error;
  }
}
