import { createHmac } from 'node:crypto';
import { Logger, Module, type DynamicModule, type Type } from '@nestjs/common';
import { AuthModule } from '@sfm/auth';
import {
  backendsOf,
  batchingOf,
  CacheBackend,
  embeddingModule,
  IndexingModule,
  MaintenanceModule,
  MemoryModule,
  overlayOptions,
  payloadFields,
  PipelineModule,
  ServiceHealth,
  storeLimits,
  TelemetryModule,
  vectorOptions,
  watchedServers,
} from '@sfm/composition';
import type { AppConfig } from '@sfm/config';
import {
  DEFAULT_RANKING,
  Embedder,
  IndexCompleteness,
  IndexWarmup,
  Outbox,
  ProjectionSource,
  VectorIndex,
} from '@sfm/memory';
import { ComponentHealth, HealthModule, MetricsModule, ServiceMetrics } from '@sfm/observability';
import { PostgresHealth, StorageModule, type StorageModuleOptions } from '@sfm/storage';
import { VectorModule } from '@sfm/vector';
import { PublicMetricsController } from './http/compat/metrics.controller.js';
import { HealthReader } from './http/health-reader.js';
import { HttpOptions } from './http/http-options.js';
import { HttpModule } from './http/http.module.js';
import { VERSION } from './version.js';

const ACCESS_DELAY_MS = 2000;
const WARMUP_WAIT_MS = 15_000;

export interface AppModuleOptions extends Pick<StorageModuleOptions, 'dataSource'> {
  readonly config: AppConfig;
  readonly token: string;
  /** Further modules, such as a bench's own routes. */
  readonly modules?: readonly Type[];
}

/** The composition root: the only place that knows both the configuration and every adapter. */
@Module({})
export class AppModule {
  static register({ config, dataSource, token, modules = [] }: AppModuleOptions): DynamicModule {
    const cache = new CacheBackend(config, 'soma-api', new Logger('Redis'));
    const core = coreModule(config, dataSource, cache);
    const services = servicesModule(config, { core, cache, token });
    return {
      module: AppModule,
      imports: [
        MetricsModule.register({ controller: PublicMetricsController }),
        core,
        PipelineModule.register(config, core, overlayOptions(config)),
        AuthModule.register(
          {
            credentials: [{ id: 'default', token, namespaces: '*' }],
            defaultNamespace: config.service.namespace,
            rateLimit: { max: config.rateLimit.max, windowMs: config.rateLimit.windowSeconds * 1000 },
            publicAreas: config.auth.publicStats ? ['stats'] : [],
          },
          cache.rateLimiter,
        ),
        HttpModule.register([core, services, MaintenanceModule.register(core)]),
        ...modules,
      ],
    };
  }
}

function coreModule(
  config: AppConfig,
  dataSource: StorageModuleOptions['dataSource'],
  cache: CacheBackend,
): DynamicModule {
  const logger = new Logger('Memory');
  const fields = payloadFields(config);
  const indexes = backendsOf(config).vectors === 'embedded' ? 'own' : 'followed';
  const indexing = IndexingModule.register(
    config,
    [
      StorageModule.forRoot({ dataSource, ...cache.storage }),
      VectorModule.forRoot(vectorOptions(config)),
      embeddingModule(config),
      TelemetryModule.register(),
    ],
    cache.projections,
  );
  return MemoryModule.register(
    {
      store: { limits: storeLimits(config), fields, batching: batchingOf(config) },
      overlay: overlayOptions(config),
      recall: { ranking: DEFAULT_RANKING, fields, maxTopK: config.limits.topK },
      indexes,
      accessDelayMs: ACCESS_DELAY_MS,
      warmupWaitMs: WARMUP_WAIT_MS,
      onBackgroundError: (err) => logger.warn({ msg: 'background work failed', err }),
    },
    [indexing],
  );
}

class ServicesModule {}

interface ServiceParts {
  readonly core: DynamicModule;
  readonly cache: CacheBackend;
  readonly token: string;
}

/** What the HTTP edge asks of the service itself. */
function servicesModule(config: AppConfig, { core, cache, token }: ServiceParts): DynamicModule {
  return {
    module: ServicesModule,
    imports: [core, HealthModule],
    providers: [
      { provide: HttpOptions, useValue: httpOptions(config, token) },
      { provide: CacheBackend, useValue: cache },
      {
        provide: HealthReader,
        inject: [ComponentHealth, PostgresHealth, IndexCompleteness, Embedder, IndexWarmup],
        useFactory: (
          health: ComponentHealth,
          truth: PostgresHealth,
          vectors: IndexCompleteness,
          embedder: Embedder,
          warmup: IndexWarmup,
        ) =>
          new ServiceHealth(health, {
            truth,
            vectors,
            embedder,
            warmup,
            namespace: config.service.namespace,
            servers: watchedServers(config, 'soma-api-health', cache.redis),
          }),
      },
      {
        provide: 'gauges',
        inject: [ServiceMetrics, Outbox, ProjectionSource, VectorIndex],
        useFactory: (metrics: ServiceMetrics, outbox: Outbox, source: ProjectionSource, vectors: VectorIndex) => {
          cache.observe(metrics);
          metrics.registerGauges({
            outboxDepth: async () => (await outbox.depth()).waiting,
            outboxOldestAgeSeconds: async () => (await outbox.depth()).oldestAgeSeconds,
            oldestUnindexedAgeSeconds: () => source.oldestUnindexedAgeSeconds(),
            indexPoints: async () =>
              new Map([[config.service.namespace, await vectors.count(config.service.namespace)]]),
          });
          return true;
        },
      },
    ],
    exports: [HttpOptions, HealthReader],
  };
}

function httpOptions(config: AppConfig, token: string): HttpOptions {
  return {
    version: VERSION,
    defaultNamespace: config.service.namespace,
    publicStats: config.auth.publicStats,
    hybridDefault: config.recall.hybridDefault,
    limits: {
      ...storeLimits(config),
      maxTopK: config.limits.topK,
      maxQueryLength: config.limits.queryCharacters,
      maxBatchQueries: config.limits.batchQueries,
    },
    maxBodyBytes: config.http.maxBodyBytes,
    cors: { origins: config.http.corsOrigins },
    cursorSecret: createHmac('sha256', token).update('page cursors').digest('hex'),
  };
}
