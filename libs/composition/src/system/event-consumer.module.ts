import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import { KafkaBatchServer } from '@sfm/events';
import { Embedder, VectorIndex } from '@sfm/memory';
import { ServiceMetrics } from '@sfm/observability';
import { QdrantServer } from '@sfm/vector';
import { CacheBackend } from '../cache/cache-backend.js';
import { EventProcessingModule } from '../events/event-processing.module.js';
import { clockRule } from '../events/events-options.js';
import { KafkaConsuming } from '../events/kafka-consuming.js';
import { VectorsHealth } from '../health/vectors-health.js';
import { watchCircuits } from '../health/watch-circuits.js';
import { IndexingModule } from '../indexing/indexing.module.js';
import { TelemetryModule } from '../telemetry/telemetry.module.js';
import type { CompleteOptions } from './complete-options.js';
import type { MemorySystemParts } from './memory-system.module.js';

export interface EventConsumerParts extends Omit<MemorySystemParts, 'isMeasured'> {
  readonly consuming: KafkaConsuming;
}

/**
 * Everything for a process that only applies events: `EventProcessor` for their handler, `KafkaBatchServer` as the
 * transport that calls it, `VectorsHealth`, and the stores that events change. Needs a global `ServiceMetrics`.
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
        vectorsHealth(options),
        circuits,
        { provide: KafkaConsuming, useFactory: () => consuming },
        { provide: KafkaBatchServer, useValue: consuming.server },
      ],
      exports: [indexing, processing, CacheBackend, KafkaBatchServer, VectorsHealth],
    };
  }
}

const OPTIONAL_QDRANT = { token: QdrantServer, optional: true };

function vectorsHealth({ namespace }: CompleteOptions): FactoryProvider<VectorsHealth> {
  return {
    provide: VectorsHealth,
    inject: [VectorIndex, OPTIONAL_QDRANT],
    useFactory: (vectors: VectorIndex, qdrant?: QdrantServer) => VectorsHealth.counting(vectors, namespace, qdrant),
  };
}

const circuits: FactoryProvider = {
  provide: 'circuits',
  inject: [ServiceMetrics, Embedder, OPTIONAL_QDRANT],
  useFactory: (metrics: ServiceMetrics, embedder: Embedder, qdrant?: QdrantServer) => {
    watchCircuits(metrics, embedder, qdrant);
    return true;
  },
};
