import { Logger, Module, type DynamicModule } from '@nestjs/common';
import { DEFAULT_RELAY_OPTIONS, EmbeddedEventBus, EventValidator, OutboxRelay } from '@sfm/events';
import { EventBus, Indexer, IndexLoader, IndexWarmup, Outbox, StoreService } from '@sfm/memory';
import { PipelineService } from './pipeline.service.js';

/** Binds the event bus of a single process, and the relay and indexer that run behind the API. */
@Module({})
export class PipelineModule {
  static register(core: DynamicModule): DynamicModule {
    const logger = new Logger('Pipeline');
    return {
      module: PipelineModule,
      imports: [core],
      providers: [
        EventValidator,
        {
          provide: EventBus,
          inject: [EventValidator, Indexer],
          useFactory: (validator: EventValidator, indexer: Indexer) =>
            new EmbeddedEventBus(validator, (records) => indexer.apply(records)),
        },
        {
          provide: OutboxRelay,
          inject: [Outbox, EventBus, EventValidator, StoreService],
          useFactory: (outbox: Outbox, bus: EventBus, validator: EventValidator, store: StoreService) => {
            const log = { warn: (msg: string, err: unknown) => logger.warn({ msg, err }) };
            return new OutboxRelay(outbox, bus, validator, log, {
              ...DEFAULT_RELAY_OPTIONS,
              yieldsTo: () => store.isBusy,
            });
          },
        },
        {
          provide: PipelineService,
          inject: [IndexLoader, IndexWarmup, OutboxRelay],
          useFactory: (loader: IndexLoader, warmup: IndexWarmup, relay: OutboxRelay) =>
            new PipelineService(loader, warmup, relay, logger),
        },
      ],
      exports: [PipelineService],
    };
  }
}
