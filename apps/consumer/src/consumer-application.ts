import type { LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { AsyncMicroserviceOptions } from '@nestjs/microservices';
import { CacheBackend, VectorsHealth } from '@sfm/composition';
import { KafkaBatchServer } from '@sfm/events';
import { Outbox, ProjectionSource, VectorIndex } from '@sfm/memory';
import { SharedReading } from '@sfm/observability';
import { PostgresHealth } from '@sfm/storage';
import { ConsumerModule, type ConsumerModuleOptions } from './consumer.module.js';

/** The part of the process that applies events. */
export interface ConsumerApplication {
  /** Finishes and commits work in progress, leaves the group, and closes all connections except those of the truth. */
  close(): Promise<void>;
}

/** Starts consuming; waits for brokers that are down. */
export async function startConsumer(
  options: ConsumerModuleOptions,
  logger: LoggerService,
): Promise<ConsumerApplication> {
  const nest = await NestFactory.createMicroservice<AsyncMicroserviceOptions>(ConsumerModule.register(options), {
    inject: [KafkaBatchServer],
    useFactory: (strategy: KafkaBatchServer) => ({ strategy }),
    logger,
    abortOnError: false,
  });
  const find = <T>(token: abstract new (...args: never[]) => T): T => nest.get<T>(token, { strict: false });
  const [server, truth, vectors] = [find(KafkaBatchServer), find(PostgresHealth), find(VectorIndex)];
  const [outbox, source] = [find(Outbox), find(ProjectionSource)];
  const { status, system } = options;
  const { namespace } = system;
  status.health.watch({
    truth: () => truth.check(),
    vectors: () => find(VectorsHealth).check(),
    isMember: () => server.isMember,
  });
  const depth = new SharedReading(() => outbox.depth());
  const oldest = new SharedReading(() => source.oldestUnindexedAgeSeconds());
  const overlay = new SharedReading(() => source.countUnindexed());
  const points = new SharedReading(() => vectors.count(namespace));
  status.serviceMetrics.registerGauges({
    outboxDepth: async () => (await depth.get()).waiting,
    oldestUnindexedAgeSeconds: () => oldest.get(),
    overlaySize: () => overlay.get(),
    indexPoints: async () => new Map([[namespace, await points.get()]]),
  });
  const cache = find(CacheBackend);
  cache.observe(status.serviceMetrics);
  await cache.open();
  await nest.listen();
  return { close: () => nest.close().finally(() => cache.close()) };
}
