import type { DynamicModule, INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  backendsOf,
  embeddingModule,
  EventBusModule,
  IndexingModule,
  ReplayModule,
  vectorOptions,
} from '@sfm/composition';
import type { AppConfig } from '@sfm/config';
import { MemoryTelemetry, SilentTelemetry } from '@sfm/memory';
import { StorageModule, type StorageModuleOptions } from '@sfm/storage';
import { VectorModule } from '@sfm/vector';

class ReplayRootModule {}
class SilentTelemetryModule {}

/** The use cases of a replay on an opened database, with the indexes and the event bus of the configuration. */
export function replayContext(
  config: AppConfig,
  dataSource: StorageModuleOptions['dataSource'],
): Promise<INestApplicationContext> {
  const isShared = backendsOf(config).vectors !== 'embedded';
  const indexing = IndexingModule.register(config, [
    StorageModule.forRoot({ dataSource }),
    VectorModule.forRoot({ ...vectorOptions(config), hasLexicalIndex: !isShared }),
    embeddingModule(config),
    {
      module: SilentTelemetryModule,
      providers: [{ provide: MemoryTelemetry, useFactory: () => new SilentTelemetry() }],
      exports: [MemoryTelemetry],
    },
  ]);
  const root: DynamicModule = {
    module: ReplayRootModule,
    imports: [
      indexing,
      ReplayModule.register(config, indexing),
      EventBusModule.register(config, 'soma-replay', indexing),
    ],
  };
  return NestFactory.createApplicationContext(root, { logger: false, abortOnError: false });
}
