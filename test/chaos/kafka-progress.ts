import { Kafka, logLevel, type Admin } from 'kafkajs';
import type { Cluster } from './cluster.js';

/** How far the topic is. */
export interface KafkaProgress {
  /** Records ever published. */
  readonly published: number;
  /** Records that the consumer group has not committed yet. */
  readonly lag: number;
  /** Records that were set aside as poison. */
  readonly deadLetters: number;
}

/** Asks the broker, on a connection of its own: it may have been restarted since the last time. */
export async function kafkaProgress(cluster: Cluster): Promise<KafkaProgress> {
  const { kafka, topic, deadLetterTopic, group } = cluster;
  return withAdmin(kafka.brokers, async (admin) => {
    const [ends, dead, [committed]] = await Promise.all([
      admin.fetchTopicOffsets(topic),
      admin.fetchTopicOffsets(deadLetterTopic),
      admin.fetchOffsets({ groupId: group, topics: [topic] }),
    ]);
    const offsets = new Map(committed?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
    return {
      published: sum(ends.map(({ high }) => Number(high))),
      // A partition that nothing was committed of has -1.
      lag: sum(ends.map(({ partition, high }) => Number(high) - Math.max(0, offsets.get(partition) ?? 0))),
      deadLetters: sum(dead.map(({ high }) => Number(high))),
    };
  });
}

async function withAdmin<T>(brokers: readonly string[], ask: (admin: Admin) => Promise<T>): Promise<T> {
  const client = new Kafka({
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 2000,
    requestTimeout: 5000,
    retry: { retries: 2 },
  });
  const admin = client.admin();
  await admin.connect();
  try {
    return await ask(admin);
  } finally {
    await admin.disconnect();
  }
}
