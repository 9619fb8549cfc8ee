import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';
import { Registry } from 'prom-client';
import { MetricsController } from './metrics.controller.js';
import { ServiceMetrics } from './service-metrics.js';

export interface MetricsModuleOptions {
  /** A subclass of MetricsController, when the application must decorate it (e.g. to make it public). */
  readonly controller?: Type<MetricsController>;
  /** Default `/metrics`. */
  readonly path?: string;
}

/** Serves the metrics of one application, process metrics included, on a registry of its own. */
@Module({})
export class MetricsModule {
  static register({ controller = MetricsController, path = '/metrics' }: MetricsModuleOptions = {}): DynamicModule {
    const registry = new Registry();
    const metrics = { provide: ServiceMetrics, useFactory: () => new ServiceMetrics(registry) };
    const served = PrometheusModule.register({
      path,
      controller,
      defaultMetrics: { enabled: true, config: { register: registry } },
    });
    return {
      module: MetricsModule,
      global: true,
      imports: [{ ...served, providers: [...(served.providers ?? []), metrics], exports: [ServiceMetrics] }],
      exports: [PrometheusModule],
    };
  }
}
