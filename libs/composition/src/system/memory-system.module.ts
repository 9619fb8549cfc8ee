import { Logger, Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import {
  AccessRecorder,
  Embedder,
  IndexCompleteness,
  IndexRoom,
  IndexWarmup,
  LifecycleScheduler,
  Outbox,
  ProcessMemory,
  ProjectionSource,
  shareOf,
  StoreService,
  VectorIndex,
} from '@sfm/memory';
import {
  ComponentHealth,
  HealthModule,
  keptResult,
  NodeProcessMemory,
  ServiceMetrics,
  SharedReading,
} from '@sfm/observability';
import { OpenAiCompatibleEmbedder } from '@sfm/embedding';
import { PostgresHealth, SchemaCompatibility } from '@sfm/storage';
import { EmbeddedLexicalIndex, EmbeddedVectorIndex, QdrantServer } from '@sfm/vector';
import { CacheBackend } from '../cache/cache-backend.js';
import { EmbeddingSpaceWatch } from '../health/embedding-space-watch.js';
import { ServiceHealth } from '../health/service-health.js';
import { COUNTED_FOR_MS, VectorsHealth } from '../health/vectors-health.js';
import { watchCircuits } from '../health/watch-circuits.js';
import { watchedServers } from '../health/watched-servers.js';
import { IndexingModule } from '../indexing/indexing.module.js';
import { dimensionOf } from '../indexing/embedding-dimension.js';
import { MaintenanceModule } from '../maintenance/maintenance.module.js';
import { MemoryModule, type MemoryModuleOptions } from '../memory/memory.module.js';
import { PipelineModule } from '../pipeline/pipeline.module.js';
import { PipelineService } from '../pipeline/pipeline.service.js';
import { indexRoom } from '../room/index-room.js';
import { MemoryWatch } from '../room/memory-watch.js';
import { PortabilityModule } from '../portability/portability.module.js';
import { TelemetryModule } from '../telemetry/telemetry.module.js';
import type { Truth } from '../truth/open-truth.js';
import { BackgroundWork } from './background-work.js';
import type { CompleteOptions } from './complete-options.js';

/** The resources that a memory system is built on. */
export interface MemorySystemParts {
  /** From an open truth; the caller that opened it closes it after the application. */
  readonly dataSource: Truth['dataSource'];
  /** Created by the caller, which may also need its rate limiter. */
  readonly cache: CacheBackend;
  /** Records to the `ServiceMetrics` that a global module binds. @default false */
  readonly isMeasured?: boolean;
  /** How much memory there is. @default that of this process */
  readonly memory?: ProcessMemory;
}

/**
 * A complete memory system for the APIs of a process: `StoreService`, `ReadService`, `ForgetService`, `RecallService`,
 * `ExportService`, `ImportService`, `VerifyService`, `ReindexService`, `IndexReadiness` and `ServiceHealth`. Nothing runs before `BackgroundWork` starts.
 */
@Module({})
export class MemorySystemModule {
  static register(options: CompleteOptions, parts: MemorySystemParts): DynamicModule {
    const { events, clientName, relay } = options;
    const { cache, isMeasured = false } = parts;
    const memory = memoryModule(options, parts);
    const maintenance = MaintenanceModule.register(memory, options.fields);
    const { limits, fields } = options;
    const portability = PortabilityModule.register(memory, { limits, fields });
    const { indexes } = memoryOptions(options);
    return {
      module: MemorySystemModule,
      imports: [
        memory,
        maintenance,
        portability,
        HealthModule,
        PipelineModule.register({ events, clientName, relay, indexes }, memory),
      ],
      providers: [
        { provide: CacheBackend, useValue: cache },
        serviceHealth(options, cache),
        memoryWatch,
        spaceWatch(options),
        backgroundWork,
        ...(isMeasured ? [gauges(options, cache)] : []),
      ],
      exports: [memory, maintenance, portability, CacheBackend, ServiceHealth, BackgroundWork],
    };
  }
}

function memoryModule(options: CompleteOptions, parts: MemorySystemParts): DynamicModule {
  const { dataSource, cache, isMeasured, memory = new NodeProcessMemory() } = parts;
  const indexing = IndexingModule.register(options, {
    storage: { dataSource, ...cache.storage },
    telemetry: isMeasured ? TelemetryModule.measured() : TelemetryModule.silent(),
    projections: cache.projections,
    room: indexRoom(options, memory),
  });
  return MemoryModule.register(memoryOptions(options), [indexing]);
}

function memoryOptions(options: CompleteOptions): MemoryModuleOptions {
  const { limits, fields, batching, recall, read, expiry, lifecycle, vectors } = options;
  const logger = new Logger('Memory');
  return {
    store: { limits, fields, batching },
    overlay: recall.overlay,
    recall: { ranking: recall.ranking, fields, maxTopK: limits.maxTopK, visibilityWaitMs: recall.visibilityWaitMs },
    indexes: vectors.kind === 'embedded' ? 'own' : 'followed',
    openIndexes: () => ({
      lexical: new EmbeddedLexicalIndex(),
      vectors: new EmbeddedVectorIndex({ dimension: dimensionOf(options.embedder) }),
    }),
    accessDelayMs: read.accessDelayMs,
    expiry,
    lifecycle,
    warmupWaitMs: recall.warmupWaitMs,
    onBackgroundError: (err) => logger.warn({ msg: 'background work failed', err }),
  };
}

const OPTIONAL_QDRANT = { token: QdrantServer, optional: true };

const backgroundWork: FactoryProvider<BackgroundWork> = {
  provide: BackgroundWork,
  inject: [
    StoreService,
    AccessRecorder,
    LifecycleScheduler,
    PipelineService,
    CacheBackend,
    MemoryWatch,
    EmbeddingSpaceWatch,
  ],
  useFactory: (
    store: StoreService,
    accesses: AccessRecorder,
    lifecycle: LifecycleScheduler,
    pipeline: PipelineService,
    cache: CacheBackend,
    watch: MemoryWatch,
    spaces: EmbeddingSpaceWatch,
  ) => new BackgroundWork(store, accesses, lifecycle, pipeline, cache, watch, spaces),
};

const memoryWatch: FactoryProvider<MemoryWatch> = {
  provide: MemoryWatch,
  inject: [IndexRoom],
  useFactory: (room: IndexRoom) => new MemoryWatch(room, new Logger('Memory')),
};

function spaceWatch({ namespace, truth, vectors }: CompleteOptions): FactoryProvider<EmbeddingSpaceWatch> {
  // A collection in Qdrant knows its space by itself.
  const isOwn = truth.kind === 'embedded' && vectors.kind === 'embedded';
  const dataDir = isOwn ? { dataDir: truth.dataDir } : {};
  return {
    provide: EmbeddingSpaceWatch,
    inject: [Embedder, VectorIndex],
    useFactory: (embedder: Embedder, index: VectorIndex) =>
      new EmbeddingSpaceWatch(embedder, index, new Logger('Memory'), { namespace, ...dataDir }),
  };
}

function serviceHealth(options: CompleteOptions, { redis }: CacheBackend): FactoryProvider<ServiceHealth> {
  const { namespace, events, clientName } = options;
  return {
    provide: ServiceHealth,
    inject: [
      ComponentHealth,
      PostgresHealth,
      SchemaCompatibility,
      IndexCompleteness,
      Embedder,
      IndexWarmup,
      IndexRoom,
      EmbeddingSpaceWatch,
      OPTIONAL_QDRANT,
    ],
    useFactory: (
      health: ComponentHealth,
      truth: PostgresHealth,
      schema: SchemaCompatibility,
      completeness: IndexCompleteness,
      embedder: Embedder,
      warmup: IndexWarmup,
      room: IndexRoom,
      spaces: EmbeddingSpaceWatch,
      qdrant?: QdrantServer,
    ) =>
      new ServiceHealth(health, {
        truth,
        schema,
        vectors: new VectorsHealth(() => completeness.check(namespace), qdrant),
        embedder,
        spaces,
        warmup,
        room,
        servers: watchedServers({ redis, qdrant, events, clientName: `${clientName}-health` }),
        ...(embedder instanceof OpenAiCompatibleEmbedder ? { embedderCircuit: embedder.circuit } : {}),
      }),
  };
}

function gauges({ namespace }: CompleteOptions, cache: CacheBackend): FactoryProvider {
  return {
    provide: 'gauges',
    inject: [
      ServiceMetrics,
      Outbox,
      ProjectionSource,
      VectorIndex,
      Embedder,
      IndexRoom,
      LifecycleScheduler,
      OPTIONAL_QDRANT,
    ],
    useFactory: (
      metrics: ServiceMetrics,
      outbox: Outbox,
      source: ProjectionSource,
      vectors: VectorIndex,
      embedder: Embedder,
      room: IndexRoom,
      lifecycle: LifecycleScheduler,
      qdrant?: QdrantServer,
    ) => {
      cache.observe(metrics);
      watchCircuits(metrics, embedder, qdrant);
      const depth = new SharedReading(() => outbox.depth());
      const oldest = new SharedReading(() => source.oldestUnindexedAgeSeconds());
      const overlay = new SharedReading(() => source.countUnindexed());
      const overdue = new SharedReading(() => lifecycle.overdueMs());
      const points = new SharedReading(keptResult(() => vectors.count(namespace), { forMs: COUNTED_FOR_MS }));
      metrics.registerGauges({
        outboxDepth: async () => (await depth.get()).waiting,
        outboxOldestAgeSeconds: async () => (await depth.get()).oldestAgeSeconds,
        oldestUnindexedAgeSeconds: () => oldest.get(),
        overlaySize: () => overlay.get(),
        lifecycleOverdueSeconds: async () => (await overdue.get()) / 1000,
        heapUsedShare: () => shareOf(room.use.heap),
        memoryUsedShare: () => shareOf(room.use.resident),
        indexesWithoutRoom: () => room.lacking,
        indexPoints: async () => new Map([[namespace, await points.get()]]),
      });
      return true;
    },
  };
}
