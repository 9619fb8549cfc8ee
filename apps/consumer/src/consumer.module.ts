import { Logger, Module, type DynamicModule } from '@nestjs/common';
import {
  CacheBackend,
  EventConsumerModule,
  KafkaConsuming,
  type CompleteOptions,
  type EventConsumerParts,
} from '@sfm/composition';
import { ServiceMetrics } from '@sfm/observability';
import { EventsController } from './events.controller.js';
import { ConsumerMetrics } from './metrics/consumer-metrics.js';
import type { StatusApplication } from './status/status-application.js';

export interface ConsumerModuleOptions extends Pick<EventConsumerParts, 'dataSource'> {
  readonly system: CompleteOptions;
  readonly status: StatusApplication;
}

/** Provides the metrics of the process for injection. */
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

/** The composition root of the consumer: applies events, and wires their transport and metrics. */
@Module({})
export class ConsumerModule {
  static register({ system, dataSource, status }: ConsumerModuleOptions): DynamicModule {
    const { clientName, events, limits } = system;
    if (events.kind !== 'kafka') throw new Error('no event broker is configured');
    const cache = new CacheBackend(system.cache, clientName, new Logger('Redis'));
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
        EventConsumerModule.register(system, { dataSource, cache, consuming }),
      ],
      controllers: [EventsController],
    };
  }
}
