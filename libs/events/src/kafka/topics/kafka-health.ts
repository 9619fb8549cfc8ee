import { Kafka, type Admin } from 'kafkajs';
import { connectClient } from '../connection/connect-client.js';
import { kafkaClientConfig, type KafkaConnectionOptions } from '../connection/kafka-client.js';
import { toBusError } from '../connection/kafka-errors.js';

export interface KafkaHealthReport {
  readonly isUp: boolean;
  /** Number of brokers in the cluster now. */
  readonly brokers?: number;
  /** Topics that do not exist. */
  readonly missingTopics?: readonly string[];
  readonly problem?: string;
}

export interface KafkaHealthOptions {
  /** Topics that must exist. */
  readonly topics: readonly string[];
  /** @default 1500 */
  readonly timeoutMs?: number;
}

/** The result of a check is returned, so it is not logged as well. */
const SILENT = { log: () => {}, warn: () => {}, error: () => {} };

/** Checks whether the brokers answer, over a connection of its own. */
export class KafkaHealth {
  private readonly kafka: Kafka;
  private readonly timeoutMs: number;
  private admin: Admin | undefined;
  private running: Promise<KafkaHealthReport> | undefined;

  /** @throws as `kafkaClientConfig` */
  constructor(
    connection: KafkaConnectionOptions,
    private readonly options: KafkaHealthOptions,
  ) {
    this.timeoutMs = options.timeoutMs ?? 1500;
    const limits = { connectTimeoutMs: this.timeoutMs, requestTimeoutMs: this.timeoutMs };
    this.kafka = new Kafka({
      ...kafkaClientConfig({ ...connection, ...limits }, SILENT),
      // One attempt per broker: the next check comes soon.
      retry: { retries: connection.brokers.length - 1, initialRetryTime: 10 },
    });
  }

  /** Resolves within the time limit and never rejects. Concurrent callers share a check in progress. */
  async check(): Promise<KafkaHealthReport> {
    this.running ??= this.look().finally(() => (this.running = undefined));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<KafkaHealthReport>((resolve) => {
      const problem = `broker unavailable: no answer within ${this.timeoutMs} ms`;
      timer = setTimeout(() => resolve({ isUp: false, problem }), this.timeoutMs);
    });
    try {
      return await Promise.race([this.running, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async disconnect(): Promise<void> {
    await this.running;
    await this.close();
  }

  private async look(): Promise<KafkaHealthReport> {
    try {
      const admin = (this.admin ??= await connectClient(this.kafka.admin()));
      const { brokers } = await admin.describeCluster();
      const missingTopics = await this.missing(admin);
      const problem = missingTopics.length === 0 ? {} : { problem: `missing topics: ${missingTopics.join(', ')}` };
      return { isUp: true, brokers: brokers.length, missingTopics, ...problem };
    } catch (error) {
      await this.close();
      return { isUp: false, problem: toBusError(error).message };
    }
  }

  private async missing(admin: Admin): Promise<readonly string[]> {
    const existing = new Set(await admin.listTopics());
    return this.options.topics.filter((topic) => !existing.has(topic));
  }

  private async close(): Promise<void> {
    const { admin } = this;
    this.admin = undefined;
    await admin?.disconnect().catch(() => undefined);
  }
}
