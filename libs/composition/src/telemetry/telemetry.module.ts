import { Module, type DynamicModule } from '@nestjs/common';
import { MemoryTelemetry } from '@sfm/memory';
import { ServiceMetrics } from '@sfm/observability';
import { PrometheusMemoryTelemetry } from './prometheus-memory-telemetry.js';

/** Binds the core's telemetry to Prometheus metrics; needs `MetricsModule`. */
@Module({})
export class TelemetryModule {
  static register(): DynamicModule {
    return {
      module: TelemetryModule,
      providers: [
        {
          provide: MemoryTelemetry,
          inject: [ServiceMetrics],
          useFactory: (metrics: ServiceMetrics) => new PrometheusMemoryTelemetry(metrics),
        },
      ],
      exports: [MemoryTelemetry],
    };
  }
}
