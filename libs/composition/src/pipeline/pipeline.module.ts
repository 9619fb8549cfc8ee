import { Logger, Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import type { AppConfig } from '@sfm/config';
import { DEFAULT_RELAY_OPTIONS, EventValidator, OutboxRelay } from '@sfm/events';
import {
  EventBus,
  IndexFollower,
  IndexWarmup,
  Outbox,
  StoreService,
  type IndexFilling,
  type OverlayOptions,
} from '@sfm/memory';
import { EventBusConnection, EventBusModule } from '../events/event-bus.module.js';
import { INDEX_FILLING } from '../memory/memory.module.js';
import { backendsOf } from '../settings/backends.js';
import { LedgerWatch } from './ledger-watch.js';
import { PipelineService } from './pipeline.service.js';

const CLIENT_ID = 'soma-api';
/**
 * Longest time that events give way to writes when brokers take them, in milliseconds. Indexing that begins at once takes
 * a third of the speed of a burst on one machine; indexing that begins late lasts longer after it.
 */
const BROKER_MAX_YIELD_MS = 3000;
/** With more waiting events they take turns: indexing so many takes as long as Qdrant alone needs for 10 000 vectors. */
const BROKER_MAX_YIELD_EVENTS = 5000;

/** Runs the relay and whatever keeps this process's indexes current. */
@Module({})
export class PipelineModule {
  /** Events give way to writes only while recall can look through all that waits by itself, which `overlay` says. */
  static register(config: AppConfig, core: DynamicModule, overlay: OverlayOptions): DynamicModule {
    const logger = new Logger('Pipeline');
    return {
      module: PipelineModule,
      imports: [core, EventBusModule.register(config, CLIENT_ID, core)],
      providers: [
        {
          provide: OutboxRelay,
          inject: [Outbox, EventBus, EventValidator, StoreService],
          useFactory: (outbox: Outbox, bus: EventBus, validator: EventValidator, store: StoreService) => {
            const log = { warn: (msg: string, err: unknown) => logger.warn({ msg, err }) };
            return new OutboxRelay(outbox, bus, validator, log, {
              ...DEFAULT_RELAY_OPTIONS,
              yieldsTo: () => store.isBusy,
              ...(backendsOf(config).events === 'kafka' ? brokerYield(overlay) : {}),
            });
          },
        },
        ...(backendsOf(config).vectors === 'embedded' ? [] : [ledgerWatch()]),
        {
          provide: PipelineService,
          inject: [INDEX_FILLING, IndexWarmup, OutboxRelay, EventBusConnection, { token: LedgerWatch, optional: true }],
          useFactory: (
            filling: IndexFilling,
            warmup: IndexWarmup,
            relay: OutboxRelay,
            bus: EventBusConnection,
            watch?: LedgerWatch,
          ) => new PipelineService(filling, warmup, relay, bus, logger, watch),
        },
      ],
      exports: [PipelineService],
    };
  }
}

function brokerYield({ maxEmbedded, maxPoints }: OverlayOptions) {
  return {
    maxYieldMs: BROKER_MAX_YIELD_MS,
    maxYieldEvents: Math.min(BROKER_MAX_YIELD_EVENTS, maxEmbedded, maxPoints),
  };
}

function ledgerWatch(): FactoryProvider<LedgerWatch> {
  return {
    provide: LedgerWatch,
    inject: [IndexFollower, Outbox],
    useFactory: (follower: IndexFollower, outbox: Outbox) => new LedgerWatch(follower, outbox),
  };
}
