import { Module, type DynamicModule } from '@nestjs/common';
import {
  EventLedger,
  EventProcessor,
  ForeignEventRecorder,
  ImportanceNormalizers,
  Indexer,
  type ForeignEventOptions,
} from '@sfm/memory';

/** What gives events from the bus their effects: `EventProcessor`, on what the given module exports. */
@Module({})
export class EventProcessingModule {
  /** @param rules what an event may say: the same as a call */
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
