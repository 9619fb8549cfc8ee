import type { LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { AsyncMicroserviceOptions } from '@nestjs/microservices';
import { CacheBackend } from '@sfm/composition';
import { KafkaBatchServer } from '@sfm/events';
import { Outbox, ProjectionSource, VectorIndex } from '@sfm/memory';
import { PostgresHealth } from '@sfm/storage';
import { ConsumerModule, type ConsumerModuleOptions } from './consumer.module.js';

/** The side of the process that applies events. */
export interface ConsumerApplication {
  /** Finishes and commits what is under way, leaves the group, closes connections but those of the truth. */
  close(): Promise<void>;
}

/** Begins to consume; brokers that are away are waited for. */
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
    vectors: () => vectors.count(namespace),
    isMember: () => server.partitions !== undefined,
  });
  status.serviceMetrics.registerGauges({
    outboxDepth: async () => (await outbox.depth()).waiting,
    oldestUnindexedAgeSeconds: () => source.oldestUnindexedAgeSeconds(),
    indexPoints: async () => new Map([[namespace, await vectors.count(namespace)]]),
  });
  const cache = find(CacheBackend);
  cache.observe(status.serviceMetrics);
  await cache.open();
  await nest.listen();
  return { close: () => nest.close().finally(() => cache.close()) };
}
