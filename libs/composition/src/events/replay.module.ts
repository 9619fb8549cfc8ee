import { Module, type DynamicModule } from '@nestjs/common';
import type { AppConfig } from '@sfm/config';
import {
  EventLedger,
  EventReplay,
  ImportanceNormalizers,
  LedgerReader,
  LedgerReplay,
  ProjectionSource,
  TruthRestorer,
} from '@sfm/memory';
import { foreignEventRecorder } from './event-processing.module.js';
import { payloadFields } from '../settings/memory-options.js';

/** `EventReplay` and `LedgerReplay`, on what the given module exports (see `IndexingModule`). */
@Module({})
export class ReplayModule {
  static register(config: AppConfig, indexing: DynamicModule): DynamicModule {
    const fields = payloadFields(config);
    return {
      module: ReplayModule,
      imports: [indexing],
      providers: [
        {
          provide: EventReplay,
          inject: [ProjectionSource, TruthRestorer, EventLedger, ImportanceNormalizers],
          useFactory: (
            source: ProjectionSource,
            restorer: TruthRestorer,
            ledger: EventLedger,
            normalizers: ImportanceNormalizers,
          ) =>
            new EventReplay({ source, restorer, recorder: foreignEventRecorder(config, ledger, normalizers) }, fields),
        },
        {
          provide: LedgerReplay,
          inject: [LedgerReader, TruthRestorer],
          useFactory: (ledger: LedgerReader, restorer: TruthRestorer) => new LedgerReplay(ledger, restorer, fields),
        },
      ],
      exports: [EventReplay, LedgerReplay],
    };
  }
}
