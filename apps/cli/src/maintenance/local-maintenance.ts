import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { backendsOf, embeddingModule, IndexingModule, MaintenanceModule, vectorOptions } from '@sfm/composition';
import type { AppConfig } from '@sfm/config';
import {
  Embedder,
  IndexLoader,
  LexicalIndex,
  MemoryTelemetry,
  ProjectionSource,
  ReindexService,
  SilentTelemetry,
  VectorIndex,
  VerifyService,
  type VerifyListener,
  type VerifyReport,
} from '@sfm/memory';
import { StorageModule, type StorageModuleOptions } from '@sfm/storage';
import { VectorModule } from '@sfm/vector';
import {
  DEFAULT_PENDING_SECONDS,
  type Maintenance,
  type MaintenanceRequest,
  type RebuildListener,
} from './maintenance.js';

class LocalMaintenanceModule {}
class SilentTelemetryModule {}

/** Does the work in this process, beside any number of services that share the servers. */
export class LocalMaintenance implements Maintenance {
  private constructor(
    private readonly verifier: VerifyService,
    private readonly reindexer: ReindexService,
    /** Nothing runs that would index what is pending; the service does it when it starts. */
    private readonly isAlone: boolean,
  ) {}

  /** Runs `work` on an opened truth. Indexes that live in a process are loaded into this one first. */
  static async use(
    config: AppConfig,
    dataSource: StorageModuleOptions['dataSource'],
    work: (maintenance: Maintenance) => Promise<void>,
  ): Promise<void> {
    const isAlone = backendsOf(config).vectors === 'embedded';
    const context = await NestFactory.createApplicationContext(compose(config, dataSource), {
      logger: false,
      abortOnError: false,
    });
    try {
      const anywhere = { strict: false };
      if (isAlone) {
        const indexes = [context.get(LexicalIndex, anywhere), context.get(VectorIndex, anywhere)];
        await new IndexLoader(context.get(ProjectionSource, anywhere), indexes, context.get(Embedder, anywhere)).load();
      }
      const verifier = context.get(VerifyService, anywhere);
      await work(new LocalMaintenance(verifier, context.get(ReindexService, anywhere), isAlone));
    } finally {
      await context.close();
    }
  }

  verify(request: MaintenanceRequest & { readonly repair: boolean }, listener: VerifyListener): Promise<VerifyReport> {
    return this.verifier.verify({ ...request, maxPendingSeconds: this.maxPendingSeconds(request) }, listener);
  }

  async reindex(request: MaintenanceRequest, listener: RebuildListener): Promise<void> {
    const maxPendingSeconds = this.maxPendingSeconds(request);
    const { namespaces = await this.reindexer.namespaces(), signal } = request;
    for (const namespace of namespaces) {
      listener.onRebuilt(await this.reindexer.reindex({ namespace, maxPendingSeconds, signal }, listener));
    }
  }

  private maxPendingSeconds({ maxPendingSeconds }: MaintenanceRequest): number {
    return maxPendingSeconds ?? (this.isAlone ? Infinity : DEFAULT_PENDING_SECONDS);
  }
}

function compose(config: AppConfig, dataSource: StorageModuleOptions['dataSource']): DynamicModule {
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
  return { module: LocalMaintenanceModule, imports: [indexing, MaintenanceModule.register(indexing)] };
}
