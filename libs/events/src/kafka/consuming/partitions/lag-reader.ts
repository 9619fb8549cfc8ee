import type { Admin, Kafka } from 'kafkajs';
import { connectClient } from '../../connection/connect-client.js';
import { toBusError } from '../../connection/kafka-errors.js';

/** Reads how many messages of each partition a group has not committed yet. */
export class LagReader {
  private admin: Promise<Admin> | undefined;
  private reading: Promise<ReadonlyMap<number, number>> | undefined;

  constructor(
    private readonly kafka: Kafka,
    private readonly source: { readonly groupId: string; readonly topic: string },
  ) {}

  /** Concurrent callers share one answer. @throws BusUnavailableError */
  read(): Promise<ReadonlyMap<number, number>> {
    this.reading ??= this.readNow().finally(() => (this.reading = undefined));
    return this.reading;
  }

  async disconnect(): Promise<void> {
    const { admin } = this;
    this.admin = undefined;
    await admin?.then((connected) => connected.disconnect()).catch(() => undefined);
  }

  private async readNow(): Promise<ReadonlyMap<number, number>> {
    try {
      this.admin ??= connectClient(this.kafka.admin());
      const admin = await this.admin;
      const { groupId, topic } = this.source;
      const ends = await admin.fetchTopicOffsets(topic);
      const [group] = await admin.fetchOffsets({ groupId, topics: [topic] });
      const committed = new Map(group?.partitions.map(({ partition, offset }) => [partition, BigInt(offset)]));
      return new Map(
        ends.map(({ partition, low, high }) => {
          const next = committed.get(partition) ?? -1n;
          // A group that has no committed position, or an expired one, starts at the oldest message.
          const from = next < BigInt(low) ? BigInt(low) : next;
          return [partition, Number(BigInt(high) - from)];
        }),
      );
    } catch (error) {
      await this.disconnect();
      throw toBusError(error);
    }
  }
}
