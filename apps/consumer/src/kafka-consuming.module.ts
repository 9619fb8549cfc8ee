import { Logger, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { kafkaConnection, kafkaTopics } from '@sfm/composition';
import type { AppConfig } from '@sfm/config';
import {
  createKafkaClient,
  DeadLetterQueue,
  deadLetterTopicOf,
  EventValidator,
  KafkaBatchServer,
  LagReader,
  type KafkaConnectionOptions,
} from '@sfm/events';
import type { ConsumerMetrics } from './metrics/consumer-metrics.js';
import type { ConsumerHealth } from './status/consumer-health.js';

const CLIENT_ID = 'soma-consumer';

export interface KafkaConsumingOptions {
  readonly config: AppConfig;
  readonly metrics: ConsumerMetrics;
  readonly health: ConsumerHealth;
}

/** Closes what the transport leaves open, once nothing uses it any more. */
class KafkaConnections implements OnApplicationShutdown {
  constructor(
    private readonly deadLetters: DeadLetterQueue,
    private readonly lag: LagReader,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.deadLetters.disconnect(), this.lag.disconnect()]);
  }
}

/** Binds the transport of the events, `KafkaBatchServer`, and what it reports. */
@Module({})
export class KafkaConsumingModule {
  static register(options: KafkaConsumingOptions): DynamicModule {
    const { config, metrics } = options;
    const kafka = createKafkaClient(connectionOf(config), new Logger('Kafka'));
    const { memoryEventsTopic: topic, consumerGroup: groupId } = config.kafka;
    const deadLetters = new DeadLetterQueue(kafka, { topic: deadLetterTopicOf(topic) });
    const lag = new LagReader(kafka, { groupId, topic });
    const server = createServer(options, { kafka, deadLetters });
    metrics.registerGauges({
      lag: () => lag.read(),
      parkedEvents: () => deadLetters.count(),
      oldestEventAgeSeconds: () => server.oldestEventAgeSeconds(),
      partitions: () => server.partitions?.length ?? 0,
    });
    return {
      module: KafkaConsumingModule,
      providers: [
        { provide: KafkaBatchServer, useValue: server },
        { provide: KafkaConnections, useFactory: () => new KafkaConnections(deadLetters, lag) },
      ],
      exports: [KafkaBatchServer],
    };
  }
}

function createServer(
  { config, metrics, health }: KafkaConsumingOptions,
  client: { readonly kafka: ReturnType<typeof createKafkaClient>; readonly deadLetters: DeadLetterQueue },
): KafkaBatchServer {
  const { memoryEventsTopic: topic, consumerGroup, consumerBatchSize, consumerAttempts } = config.kafka;
  return new KafkaBatchServer({
    ...client,
    topic,
    topics: kafkaTopics(config),
    groupId: consumerGroup,
    decoding: { validator: new EventValidator(), maxDimensions: config.limits.coordinateDimensions },
    batchSize: consumerBatchSize,
    maxAttempts: consumerAttempts,
    maxBackoffMs: config.kafka.consumerBackoffMs,
    areServersUp: () => health.areStoresUp(),
    observer: metrics,
    log: new Logger('Consumer'),
  });
}

function connectionOf(config: AppConfig): KafkaConnectionOptions {
  const connection = kafkaConnection(config, CLIENT_ID);
  if (!connection) throw new Error('no event broker is configured');
  return connection;
}
