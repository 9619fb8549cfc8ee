import { Logger, Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import { EmbeddedEventBus, EventValidator, KafkaEventBus } from '@sfm/events';
import { EventBus, Indexer } from '@sfm/memory';
import type { EventsOptions, KafkaEventsOptions } from './events-options.js';
import { kafkaClient, topicOf, topicsOf } from './kafka.js';

/** The event bus connection. Close it after the last publish. */
export class EventBusConnection {
  constructor(private readonly bus: EventBus) {}

  async close(): Promise<void> {
    if (this.bus instanceof KafkaEventBus) await this.bus.disconnect();
  }
}

/**
 * Binds the event bus: brokers, or an embedded one that passes events to this process's own indexer. The embedded one
 * needs the `Indexer` of the given module.
 */
@Module({})
export class EventBusModule {
  static register(events: EventsOptions, clientId: string, indexing: DynamicModule): DynamicModule {
    return {
      module: EventBusModule,
      imports: [indexing],
      providers: [
        EventValidator,
        events.kind === 'kafka' ? kafkaBus(events, clientId) : embeddedBus(),
        { provide: EventBusConnection, inject: [EventBus], useFactory: (bus: EventBus) => new EventBusConnection(bus) },
      ],
      exports: [EventValidator, EventBus, EventBusConnection],
    };
  }
}

function kafkaBus(events: KafkaEventsOptions, clientId: string): FactoryProvider<EventBus> {
  const logger = new Logger('Kafka');
  return {
    provide: EventBus,
    useFactory: () =>
      new KafkaEventBus(kafkaClient(events, clientId, logger), logger, {
        topic: topicOf(events),
        topics: topicsOf(events),
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
