import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import { LifecycleTelemetry, MemoryTelemetry, SilentLifecycleTelemetry, SilentTelemetry } from '@sfm/memory';
import { ServiceMetrics } from '@sfm/observability';
import { PrometheusLifecycleTelemetry } from './prometheus-lifecycle-telemetry.js';
import { PrometheusMemoryTelemetry } from './prometheus-memory-telemetry.js';

/** Binds the core's telemetry. */
@Module({})
export class TelemetryModule {
  /** Records Prometheus metrics; needs a global `ServiceMetrics`, as `MetricsModule` provides. */
  static measured(): DynamicModule {
    return binding([
      {
        provide: MemoryTelemetry,
        inject: [ServiceMetrics],
        useFactory: (metrics: ServiceMetrics) => new PrometheusMemoryTelemetry(metrics),
      },
      {
        provide: LifecycleTelemetry,
        inject: [ServiceMetrics],
        useFactory: (metrics: ServiceMetrics) => new PrometheusLifecycleTelemetry(metrics),
      },
    ]);
  }

  /** Discards all telemetry. */
  static silent(): DynamicModule {
    return binding([
      { provide: MemoryTelemetry, useFactory: () => new SilentTelemetry() },
      { provide: LifecycleTelemetry, useFactory: () => new SilentLifecycleTelemetry() },
    ]);
  }
}

function binding(providers: FactoryProvider[]): DynamicModule {
  return { module: TelemetryModule, providers, exports: providers.map(({ provide }) => provide) };
}
