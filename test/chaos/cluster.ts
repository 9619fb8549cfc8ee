import { RunningConsumer } from '../e2e/support/running-consumer.js';
import type { RunningProgram } from '../e2e/support/running-program.js';
import { RunningService } from '../e2e/support/running-service.js';
import { startKafka, type KafkaProcess } from '../services/kafka/kafka.js';
import { startPostgres, type PostgresProcess } from '../services/postgres/postgres.js';
import { startQdrant, type QdrantProcess } from '../services/qdrant/qdrant.js';
import { startRedis, type RedisProcess } from '../services/redis/redis.js';

const TOPIC = 'memory.events';
const GROUP = 'soma-consumer-group';
const API_PROCESSES = 2;

interface ClusterParts {
  readonly postgres: PostgresProcess;
  readonly redis: RedisProcess;
  readonly qdrant: QdrantProcess;
  readonly kafka: KafkaProcess;
  readonly apis: readonly RunningService[];
  readonly consumers: readonly RunningConsumer[];
}

/** The four servers and the processes that work on them, each of which may be hurt. */
export class Cluster {
  readonly topic = TOPIC;
  readonly deadLetterTopic = `${TOPIC}.dlq`;
  readonly group = GROUP;

  private constructor(private readonly parts: ClusterParts) {}

  static async start(): Promise<Cluster> {
    const servers = [startPostgres(), startRedis(), startQdrant(), startKafka()] as const;
    const [postgres, redis, qdrant, kafka] = await Promise.all(servers);
    const settings = {
      POSTGRES_URL: postgres.url,
      REDIS_URL: redis.url,
      QDRANT_URL: qdrant.url,
      KAFKA_BOOTSTRAP_SERVERS: kafka.brokers.join(','),
      KAFKA_MEMORY_EVENTS_TOPIC: TOPIC,
      KAFKA_CONSUMER_GROUP: GROUP,
      KAFKA_TOPIC_PARTITIONS: '3',
      // So that what was asked of a frozen server has failed before the server goes on.
      POSTGRES_STATEMENT_TIMEOUT_MS: '3000',
      SOMA_REQUEST_TIMEOUT_MS: '10000',
    };
    // One after the other: the first migrates.
    const apis: RunningService[] = [];
    while (apis.length < API_PROCESSES) apis.push(await RunningService.start(settings));
    const consumers = [await RunningConsumer.start(settings)];
    return new Cluster({ postgres, redis, qdrant, kafka, apis, consumers });
  }

  get postgres(): PostgresProcess {
    return this.parts.postgres;
  }

  get redis(): RedisProcess {
    return this.parts.redis;
  }

  get qdrant(): QdrantProcess {
    return this.parts.qdrant;
  }

  get kafka(): KafkaProcess {
    return this.parts.kafka;
  }

  get apis(): readonly RunningService[] {
    return this.parts.apis;
  }

  get consumers(): readonly RunningConsumer[] {
    return this.parts.consumers;
  }

  get urls(): readonly string[] {
    return this.apis.map(({ url }) => url);
  }

  /** The processes of the product. */
  get programs(): readonly RunningProgram[] {
    return [...this.apis, ...this.consumers];
  }

  async stop(): Promise<void> {
    await Promise.all([...this.apis, ...this.consumers].map((program) => program.dispose()));
    const { postgres, redis, qdrant, kafka } = this.parts;
    await Promise.all([postgres, redis, qdrant, kafka].map((server) => server.stop()));
  }
}
