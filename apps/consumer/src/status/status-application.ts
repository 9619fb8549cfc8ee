import { Module, type DynamicModule, type LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { AppConfig } from '@sfm/config';
import { ComponentHealth, HealthModule, MetricsModule, ServiceMetrics } from '@sfm/observability';
import { ConsumerMetrics } from '../metrics/consumer-metrics.js';
import { ConsumerHealth } from './consumer-health.js';
import { StatusController } from './status.controller.js';

@Module({})
class StatusModule {
  static register({ kafka }: AppConfig): DynamicModule {
    return {
      module: StatusModule,
      imports: [MetricsModule.register(), HealthModule],
      controllers: [StatusController],
      providers: [
        {
          provide: ConsumerHealth,
          inject: [ComponentHealth],
          useFactory: (health: ComponentHealth) => new ConsumerHealth(health),
        },
        {
          provide: ConsumerMetrics,
          inject: [ServiceMetrics],
          useFactory: ({ registry }: ServiceMetrics) => new ConsumerMetrics(registry, kafka.memoryEventsTopic),
        },
      ],
    };
  }
}

/** The HTTP part of the process: metrics and probes. It depends on no backend, so it answers from the start. */
export interface StatusApplication {
  readonly health: ConsumerHealth;
  readonly metrics: ConsumerMetrics;
  readonly serviceMetrics: ServiceMetrics;
  readonly url: string;
  close(): Promise<void>;
}

/** Serves `/metrics`, `/healthz` and `/readyz`. @throws when the port is in use */
export async function startStatus(config: AppConfig, logger: LoggerService): Promise<StatusApplication> {
  const { host, consumerMetricsPort } = { ...config.http, ...config.telemetry };
  const nest = await NestFactory.create<NestFastifyApplication>(StatusModule.register(config), new FastifyAdapter(), {
    logger,
    abortOnError: false,
  });
  await nest.listen({ port: consumerMetricsPort, host });
  return {
    health: nest.get(ConsumerHealth),
    metrics: nest.get(ConsumerMetrics),
    serviceMetrics: nest.get(ServiceMetrics),
    url: await nest.getUrl(),
    close: () => nest.close(),
  };
}
