import { Logger, Module, type DynamicModule } from '@nestjs/common';
import {
  CacheBackend,
  completeOptions,
  EventConsumerModule,
  KafkaConsuming,
  type EventConsumerParts,
  type MemorySystemOptions,
} from '@sfm/composition';
import { ServiceMetrics } from '@sfm/observability';
import { EventsController } from './events.controller.js';
import { ConsumerMetrics } from './metrics/consumer-metrics.js';
import type { StatusApplication } from './status/status-application.js';

export interface ConsumerModuleOptions extends Pick<EventConsumerParts, 'dataSource'> {
  readonly options: MemorySystemOptions;
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

/** The composition root of the consumer: what applies events, and who hands them over and counts them. */
@Module({})
export class ConsumerModule {
  static register({ options: given, dataSource, status }: ConsumerModuleOptions): DynamicModule {
    const options = completeOptions(given);
    const { clientName, events, limits } = options;
    if (events.kind !== 'kafka') throw new Error('no event broker is configured');
    const cache = new CacheBackend(options.cache, clientName, new Logger('Redis'));
    const consuming = new KafkaConsuming(events, {
      clientName,
      maxDimensions: limits.maxDimensions,
      areServersUp: () => status.health.areStoresUp(),
      observer: status.metrics,
    });
    status.metrics.registerGauges(consuming);
    return {
      module: ConsumerModule,
      imports: [
        SharedMetricsModule.register(status),
        EventConsumerModule.register(options, { dataSource, cache, consuming }),
      ],
      controllers: [EventsController],
    };
  }
}
