import { Module, type DynamicModule } from '@nestjs/common';
import {
  EventLedger,
  EventProcessor,
  ForeignEventRecorder,
  ImportanceNormalizers,
  Indexer,
  type ForeignEventOptions,
} from '@sfm/memory';

/** Provides the `EventProcessor`, which applies events from the bus, built on the exports of the given module. */
@Module({})
export class EventProcessingModule {
  /** @param rules limits on an event's content, the same as for a call */
  static register(rules: ForeignEventOptions, indexing: DynamicModule): DynamicModule {
    return {
      module: EventProcessingModule,
      imports: [indexing],
      providers: [
        {
          provide: EventProcessor,
          inject: [EventLedger, Indexer, ImportanceNormalizers],
          useFactory: (ledger: EventLedger, indexer: Indexer, normalizers: ImportanceNormalizers) =>
            new EventProcessor(new ForeignEventRecorder(ledger, normalizers, rules), indexer),
        },
      ],
      exports: [EventProcessor],
    };
  }
}
