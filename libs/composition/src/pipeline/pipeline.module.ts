import { Logger, Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import { EventValidator, OutboxRelay, type OutboxRelayOptions } from '@sfm/events';
import { EventBus, IndexFollower, IndexWarmup, Outbox, StoreService, type IndexFilling } from '@sfm/memory';
import { EventBusConnection, EventBusModule } from '../events/event-bus.module.js';
import type { EventsOptions } from '../events/events-options.js';
import { INDEX_FILLING, type MemoryModuleOptions } from '../memory/memory.module.js';
import { LedgerWatch } from './ledger-watch.js';
import { PipelineService } from './pipeline.service.js';

export interface PipelineModuleOptions extends Pick<MemoryModuleOptions, 'indexes'> {
  readonly events: EventsOptions;
  /** Client name that this process sends to the brokers. */
  readonly clientName: string;
  readonly relay: OutboxRelayOptions;
}

/** Runs the relay, and the loading and updating of this process's indexes. */
@Module({})
export class PipelineModule {
  /** @param memory a `MemoryModule` with the same `indexes` */
  static register({ events, clientName, relay, indexes }: PipelineModuleOptions, memory: DynamicModule): DynamicModule {
    const logger = new Logger('Pipeline');
    return {
      module: PipelineModule,
      imports: [memory, EventBusModule.register(events, clientName, memory)],
      providers: [
        {
          provide: OutboxRelay,
          inject: [Outbox, EventBus, EventValidator, StoreService],
          useFactory: (outbox: Outbox, bus: EventBus, validator: EventValidator, store: StoreService) => {
            const log = { warn: (msg: string, err: unknown) => logger.warn({ msg, err }) };
            return new OutboxRelay(outbox, bus, validator, log, { ...relay, yieldsTo: () => store.isBusy });
          },
        },
        ...(indexes === 'own' ? [] : [ledgerWatch()]),
        {
          provide: PipelineService,
          inject: [INDEX_FILLING, IndexWarmup, OutboxRelay, EventBusConnection, { token: LedgerWatch, optional: true }],
          useFactory: (
            filling: IndexFilling,
            warmup: IndexWarmup,
            outboxRelay: OutboxRelay,
            bus: EventBusConnection,
            watch?: LedgerWatch,
          ) => new PipelineService(filling, warmup, outboxRelay, bus, logger, watch),
        },
      ],
      exports: [PipelineService],
    };
  }
}

function ledgerWatch(): FactoryProvider<LedgerWatch> {
  return {
    provide: LedgerWatch,
    inject: [IndexFollower, Outbox],
    useFactory: (follower: IndexFollower, outbox: Outbox) => new LedgerWatch(follower, outbox),
  };
}
