import { Module, type DynamicModule } from '@nestjs/common';
import type { AppConfig } from '@sfm/config';
import { EventLedger, EventProcessor, ForeignEventRecorder, ImportanceNormalizers, Indexer } from '@sfm/memory';
import { payloadFields, storeLimits } from '../settings/memory-options.js';

/** What gives events from the bus their effects: `EventProcessor`, on what the given module exports. */
@Module({})
export class EventProcessingModule {
  static register(config: AppConfig, indexing: DynamicModule): DynamicModule {
    return {
      module: EventProcessingModule,
      imports: [indexing],
      providers: [
        {
          provide: EventProcessor,
          inject: [EventLedger, Indexer, ImportanceNormalizers],
          useFactory: (ledger: EventLedger, indexer: Indexer, normalizers: ImportanceNormalizers) =>
            new EventProcessor(foreignEventRecorder(config, ledger, normalizers), indexer),
        },
      ],
      exports: [EventProcessor],
    };
  }
}

/** Records events by the rules for requests. */
export function foreignEventRecorder(
  config: AppConfig,
  ledger: EventLedger,
  normalizers: ImportanceNormalizers,
): ForeignEventRecorder {
  return new ForeignEventRecorder(ledger, normalizers, { limits: storeLimits(config), fields: payloadFields(config) });
}
