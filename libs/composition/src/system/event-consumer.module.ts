import { Module, type DynamicModule } from '@nestjs/common';
import { KafkaBatchServer } from '@sfm/events';
import { CacheBackend } from '../cache/cache-backend.js';
import { EventProcessingModule } from '../events/event-processing.module.js';
import { clockRule } from '../events/events-options.js';
import { KafkaConsuming } from '../events/kafka-consuming.js';
import { IndexingModule } from '../indexing/indexing.module.js';
import { TelemetryModule } from '../telemetry/telemetry.module.js';
import type { CompleteOptions } from './complete-options.js';
import type { MemorySystemParts } from './memory-system.module.js';

export interface EventConsumerParts extends Omit<MemorySystemParts, 'isMeasured'> {
  readonly consuming: KafkaConsuming;
}

/**
 * Everything for a process that only applies events: `EventProcessor` for their handler, `KafkaBatchServer` as the
 * transport that calls it, and the stores that events change. Needs a global `ServiceMetrics`.
 */
@Module({})
export class EventConsumerModule {
  static register(options: CompleteOptions, { dataSource, cache, consuming }: EventConsumerParts): DynamicModule {
    const { limits, fields, events } = options;
    const indexing = IndexingModule.register(options, {
      storage: { dataSource },
      telemetry: TelemetryModule.measured(),
      projections: cache.projections,
      hasLexicalIndex: false,
    });
    const processing = EventProcessingModule.register({ limits, fields, ...clockRule(events) }, indexing);
    return {
      module: EventConsumerModule,
      imports: [indexing, processing],
      providers: [
        { provide: CacheBackend, useValue: cache },
        { provide: KafkaConsuming, useFactory: () => consuming },
        { provide: KafkaBatchServer, useValue: consuming.server },
      ],
      exports: [indexing, processing, CacheBackend, KafkaBatchServer],
    };
  }
}
