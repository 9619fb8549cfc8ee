import { Logger, Module, type DynamicModule } from '@nestjs/common';
import {
  CacheBackend,
  embeddingModule,
  EventProcessingModule,
  IndexingModule,
  TelemetryModule,
  vectorOptions,
} from '@sfm/composition';
import type { AppConfig } from '@sfm/config';
import { ServiceMetrics } from '@sfm/observability';
import { StorageModule, type StorageModuleOptions } from '@sfm/storage';
import { VectorModule } from '@sfm/vector';
import { EventsController } from './events.controller.js';
import { KafkaConsumingModule } from './kafka-consuming.module.js';
import { ConsumerMetrics } from './metrics/consumer-metrics.js';
import type { StatusApplication } from './status/status-application.js';

export interface ConsumerModuleOptions extends Pick<StorageModuleOptions, 'dataSource'> {
  readonly config: AppConfig;
  readonly status: StatusApplication;
}

/** The metrics of the process, for whoever injects them. */
@Module({})
class SharedMetricsModule {
  static register({ metrics, serviceMetrics }: StatusApplication): DynamicModule {
    return {
      module: SharedMetricsModule,
      global: true,
      providers: [
        { provide: ConsumerMetrics, useValue: metrics },
        { provide: ServiceMetrics, useValue: serviceMetrics },
      ],
      exports: [ConsumerMetrics, ServiceMetrics],
    };
  }
}

/** The composition root of the consumer: the stores that events change, and the transport that brings them. */
@Module({})
export class ConsumerModule {
  static register({ config, dataSource, status }: ConsumerModuleOptions): DynamicModule {
    const cache = new CacheBackend(config, 'soma-consumer', new Logger('Redis'));
    const indexing = IndexingModule.register(
      config,
      [
        StorageModule.forRoot({ dataSource }),
        VectorModule.forRoot({ ...vectorOptions(config), hasLexicalIndex: false }),
        embeddingModule(config),
        TelemetryModule.register(),
      ],
      cache.projections,
    );
    return {
      module: ConsumerModule,
      imports: [
        SharedMetricsModule.register(status),
        indexing,
        EventProcessingModule.register(config, indexing),
        KafkaConsumingModule.register({ config, metrics: status.metrics, health: status.health }),
      ],
      controllers: [EventsController],
      providers: [{ provide: CacheBackend, useValue: cache }],
    };
  }
}
