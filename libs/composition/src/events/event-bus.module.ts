import { Logger, Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import type { AppConfig } from '@sfm/config';
import { createKafkaClient, EmbeddedEventBus, EventValidator, KafkaEventBus } from '@sfm/events';
import { EventBus, Indexer } from '@sfm/memory';
import { kafkaConnection, kafkaTopics } from '../settings/kafka-options.js';

/** The connection of the event bus, to be closed when nothing publishes any more. */
export class EventBusConnection {
  constructor(private readonly bus: EventBus) {}

  async close(): Promise<void> {
    if (this.bus instanceof KafkaEventBus) await this.bus.disconnect();
  }
}

/**
 * Binds the event bus: the brokers of the configuration, or, without any, one that hands events to this process's own
 * indexer. Needs the `Indexer` of the given module for the latter.
 */
@Module({})
export class EventBusModule {
  static register(config: AppConfig, clientId: string, indexing: DynamicModule): DynamicModule {
    return {
      module: EventBusModule,
      imports: [indexing],
      providers: [
        EventValidator,
        kafkaBus(config, clientId) ?? embeddedBus(),
        { provide: EventBusConnection, inject: [EventBus], useFactory: (bus: EventBus) => new EventBusConnection(bus) },
      ],
      exports: [EventValidator, EventBus, EventBusConnection],
    };
  }
}

function kafkaBus(config: AppConfig, clientId: string): FactoryProvider<EventBus> | undefined {
  const connection = kafkaConnection(config, clientId);
  if (!connection) return undefined;
  const logger = new Logger('Kafka');
  return {
    provide: EventBus,
    useFactory: () =>
      new KafkaEventBus(createKafkaClient(connection, logger), logger, {
        topic: config.kafka.memoryEventsTopic,
        topics: kafkaTopics(config),
      }),
  };
}

function embeddedBus(): FactoryProvider<EventBus> {
  return {
    provide: EventBus,
    inject: [EventValidator, Indexer],
    useFactory: (validator: EventValidator, indexer: Indexer) =>
      new EmbeddedEventBus(validator, (records) => indexer.apply(records)),
  };
}
