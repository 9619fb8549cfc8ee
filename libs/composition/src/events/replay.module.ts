import { Module, type DynamicModule } from '@nestjs/common';
import {
  EventLedger,
  EventReplay,
  ForeignEventRecorder,
  ImportanceNormalizers,
  LedgerReader,
  LedgerReplay,
  ProjectionSource,
  TruthRestorer,
  type ForeignEventOptions,
} from '@sfm/memory';

/** `EventReplay` and `LedgerReplay`, on what the given module exports (see `IndexingModule`). */
@Module({})
export class ReplayModule {
  /** @param rules what an event may say: the same as a call */
  static register(rules: ForeignEventOptions, indexing: DynamicModule): DynamicModule {
    const { fields } = rules;
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
            new EventReplay(
              { source, restorer, recorder: new ForeignEventRecorder(ledger, normalizers, rules) },
              fields,
            ),
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
