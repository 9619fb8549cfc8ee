import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import { MemoryTelemetry, SilentTelemetry } from '@sfm/memory';
import { ServiceMetrics } from '@sfm/observability';
import { PrometheusMemoryTelemetry } from './prometheus-memory-telemetry.js';

/** Binds the core's telemetry. */
@Module({})
export class TelemetryModule {
  /** Records Prometheus metrics; needs a global `ServiceMetrics`, as `MetricsModule` provides. */
  static measured(): DynamicModule {
    return binding({
      provide: MemoryTelemetry,
      inject: [ServiceMetrics],
      useFactory: (metrics: ServiceMetrics) => new PrometheusMemoryTelemetry(metrics),
    });
  }

  /** Discards all telemetry. */
  static silent(): DynamicModule {
    return binding({ provide: MemoryTelemetry, useFactory: () => new SilentTelemetry() });
  }
}

function binding(telemetry: FactoryProvider<MemoryTelemetry>): DynamicModule {
  return { module: TelemetryModule, providers: [telemetry], exports: [MemoryTelemetry] };
}
