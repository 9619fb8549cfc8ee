import { Module, type DynamicModule } from '@nestjs/common';
import {
  EventLedger,
  EventReplay,
  ForeignEventRecorder,
  ImportanceNormalizers,
  LedgerReader,
  LedgerReplay,
  LinkReplay,
  ProjectionSource,
  TruthRestorer,
  type ForeignEventOptions,
} from '@sfm/memory';

/** Provides `EventReplay`, `LedgerReplay` and `LinkReplay`, built on the exports of the given module (see `IndexingModule`). */
@Module({})
export class ReplayModule {
  /** @param rules limits on an event's content, the same as for a call */
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
        {
          provide: LinkReplay,
          inject: [LedgerReader, TruthRestorer],
          useFactory: (ledger: LedgerReader, restorer: TruthRestorer) => new LinkReplay(ledger, restorer),
        },
      ],
      exports: [EventReplay, LedgerReplay, LinkReplay],
    };
  }
}
