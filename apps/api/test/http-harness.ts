import { Global, Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AuthModule, type AuthOptions } from '@sfm/auth';
import { EdgeModule, HealthReader, type EdgeOptions, type HealthReport } from '@sfm/edge';
import {
  AccessRecorder,
  AmendService,
  ApiKeys,
  ApiKeyService,
  AuditLog,
  ConsolidatedQuotes,
  ConsolidationPlanner,
  ConsolidationService,
  EmbeddedNamedLocks,
  ExportService,
  ConsistencyService,
  DecayWork,
  ForgetService,
  GraphService,
  HistoryService,
  ImportanceNormalizers,
  ImportService,
  IndexReadiness,
  LifecycleService,
  LinkService,
  NamespaceCatalogService,
  NamespaceCopyService,
  NamespaceRemovalService,
  NamespaceRenameService,
  NearestService,
  OutcomeService,
  LockService,
  Pace,
  PastReadService,
  PastRecallService,
  ReadService,
  RecallService,
  ReindexService,
  RemovalWork,
  RestoreService,
  SelectionService,
  RetentionService,
  SilentLifecycleTelemetry,
  SilentTelemetry,
  StoreService,
  VerifyService,
  WatchService,
  toNamespace,
} from '@sfm/memory';
import { MetricsModule } from '@sfm/observability';
import { PublicMetricsController } from '../src/http/compat/service/metrics.controller.js';
import { configureHttp } from '../src/http/configure-http.js';
import { createHttpAdapter } from '../src/http/http-adapter.js';
import { HttpModule } from '../src/http/http.module.js';
import { McpModule } from '../src/mcp/mcp.module.js';
import { HttpOptions } from '../src/http/options/http-options.js';
import {
  aVerifiedStore,
  InMemoryApiKeys,
  InMemoryConsolidationRuns,
  InMemoryLifecycleSchedule,
  InMemoryLinks,
  InMemoryRetainedMemories,
  InMemoryRetentionPolicies,
} from '@sfm/memory/testing';
import { RecordedPortability } from './recorded-portability.js';
import { RecordedMoves } from './recorded-moves.js';
import { RecordedNamespaces } from './recorded-namespaces.js';
import { SilentChangeLog } from './silent-change-log.js';
import { RecordedRecall, RecordedTruth } from './recorded-ports.js';

export const TOKEN = 'test-token';
/** May use only the namespaces `team_a` and `team_b`. */
export const TEAM_TOKEN = 'team-token';

export const OPTIONS: HttpOptions = {
  version: '9.9.9',
  hybridDefault: true,
  maxBodyBytes: 5 * 1024 * 1024,
  requestTimeoutMs: 60_000,
  trustedProxies: [],
  cors: { origins: ['https://app.example'] },
  mcp: { isReadOnly: false },
  isHttpsOnly: false,
};

export const EDGE_OPTIONS: EdgeOptions = {
  cursorSecrets: ['cursor secret'],
  bounds: {
    maxDepth: 32,
    maxBytes: 1024 * 1024,
    maxDimensions: 64,
    maxBulkItems: 100,
    maxTopK: 1000,
    maxQueryLength: 10_000,
    maxBatchQueries: 50,
  },
};

/** The HTTP edge with its real parsers, guards, pipes, core services and filters, on ports that record. */
export interface HttpHarness {
  readonly app: NestFastifyApplication;
  readonly truth: RecordedTruth;
  readonly recall: RecordedRecall;
  readonly links: InMemoryLinks;
  readonly portability: RecordedPortability;
  /** What the rules about what is kept look at. */
  readonly retained: InMemoryRetainedMemories;
  readonly policies: InMemoryRetentionPolicies;
  readonly schedule: InMemoryLifecycleSchedule;
  /** What the maintenance routes look at. */
  readonly verified: ReturnType<typeof aVerifiedStore>;
  /** API keys, and the audit log. */
  readonly keys: InMemoryApiKeys;
  health: HealthReport;
  /** Calls that reached a port since `forget()`. */
  readonly calls: () => readonly string[];
  readonly forgetCalls: () => void;
  readonly close: () => Promise<void>;
}

export interface HarnessChanges {
  readonly options?: Partial<HttpOptions>;
  readonly auth?: Partial<AuthOptions>;
}

export const HEALTHY: HealthReport = {
  kvStore: true,
  vectorStore: true,
  graphStore: true,
  predictionProvider: true,
  components: [{ name: 'postgresql', healthy: true, latencyMs: 1 }],
};

@Global()
@Module({})
class CredentialsModule {}

@Module({})
class CoreModule {}

@Module({})
class ServicesModule {}

@Module({})
class ApplicationModule {}

export async function startHttp({ options = {}, auth = {} }: HarnessChanges = {}): Promise<HttpHarness> {
  const truth = new RecordedTruth();
  const harness = {
    truth,
    links: new InMemoryLinks((namespace, key) => truth.memories.has(`${namespace}/${key}`)),
    portability: new RecordedPortability(),
    retained: new InMemoryRetainedMemories(toNamespace('api_ns')),
    policies: new InMemoryRetentionPolicies(),
    schedule: new InMemoryLifecycleSchedule(),
    recall: new RecordedRecall(),
    verified: aVerifiedStore(),
    keys: new InMemoryApiKeys(),
    health: HEALTHY,
  };
  const settings: HttpOptions = { ...OPTIONS, ...options };
  const authentication = AuthModule.register({
    credentials: [
      { id: 'all', token: TOKEN, namespaces: '*' },
      { id: 'team', token: TEAM_TOKEN, namespaces: [toNamespace('team_a'), toNamespace('team_b')] },
    ],
    defaultNamespace: toNamespace('api_ns'),
    rateLimit: { max: 0, windowMs: 0 },
    keys: { freshMs: 0 },
    ...auth,
  });
  const edge = EdgeModule.register({ imports: [coreModule(harness), authentication], options: EDGE_OPTIONS });
  const services = servicesModule(harness, settings);
  const root: DynamicModule = {
    module: ApplicationModule,
    imports: [
      MetricsModule.register({ controller: PublicMetricsController }),
      credentialsModule(harness.keys),
      authentication,
      HttpModule.register([edge, services]),
      McpModule.register([edge, services]),
    ],
  };
  const app = await NestFactory.create<NestFastifyApplication>(root, createHttpAdapter(settings), {
    logger: false,
    abortOnError: false,
  });
  configureHttp(app);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return Object.assign(harness, {
    app,
    calls: () => recorded(harness).flatMap(({ calls }) => calls),
    forgetCalls: () => {
      for (const { calls } of recorded(harness)) calls.length = 0;
    },
    close: () => app.close(),
  });
}

/** The ports that record. */
function recorded({
  truth,
  recall,
  links,
  portability,
  retained,
  policies,
  schedule,
}: Pick<HttpHarness, 'truth' | 'recall' | 'links' | 'portability' | 'retained' | 'policies' | 'schedule'>) {
  return [truth, recall, links, portability, retained, policies, schedule];
}

function credentialsModule(keys: InMemoryApiKeys): DynamicModule {
  const providers = [
    { provide: ApiKeys, useValue: keys },
    { provide: AuditLog, useValue: keys.log },
    { provide: ApiKeyService, useValue: new ApiKeyService(keys) },
  ];
  return { module: CredentialsModule, providers, exports: providers.map(({ provide }) => provide) };
}

/** The services of the core, on the ports that record. */
function coreModule({
  truth,
  recall,
  links,
  portability,
  verified,
  ...kept
}: Pick<
  HttpHarness,
  'truth' | 'recall' | 'links' | 'portability' | 'verified' | 'retained' | 'policies' | 'schedule'
>): DynamicModule {
  const batching = { maxBatch: 64, maxInFlight: 2, maxQueued: 1000 };
  const fields = { text: ['text'], session: ['session'], source: ['source'], time: ['timestamp'] };
  const recorder = new AccessRecorder(truth.accesses, 60_000, () => undefined);
  const stores = new StoreService(truth.writer, new ImportanceNormalizers(truth.importances), new SilentTelemetry(), {
    limits: EDGE_OPTIONS.bounds,
    fields,
    batching,
  });
  const linking = new LinkService(links, new SilentTelemetry(), EDGE_OPTIONS.bounds);
  const outcomes = new OutcomeService(truth.reader, stores, linking, EDGE_OPTIONS.bounds);
  const restores = new RestoreService(truth.history, stores, truth.reader);
  const locks = new LockService(new EmbeddedNamedLocks());
  const { maxDimensions } = EDGE_OPTIONS.bounds;
  const { reader: memories, catalog, writer, selection, history } = truth;
  const planner = new ConsolidationPlanner({ catalog, memories, links, selection, history }, { fields, maxDimensions });
  const runs = new InMemoryConsolidationRuns();
  const parts = { planner, runs, memories, stores, writer, links: linking, restores, locks };
  const namespaces = new RecordedNamespaces(truth, links);
  const removals = new NamespaceRemovalService(namespaces.places);
  const moves = new RecordedMoves(truth, links);
  const past = new PastReadService(truth.past, truth.history);
  const providers = [
    { provide: StoreService, useValue: stores },
    { provide: AmendService, useValue: new AmendService(truth.reader, stores) },
    { provide: RestoreService, useValue: restores },
    { provide: ConsolidationService, useValue: new ConsolidationService(parts, new SilentTelemetry()) },
    { provide: LockService, useValue: locks },
    { provide: SelectionService, useValue: new SelectionService(truth.selection) },
    {
      provide: ReadService,
      useValue: new ReadService(truth.reader, truth.catalog, truth.coordinates, truth.keywords, recorder),
    },
    { provide: NearestService, useValue: new NearestService(truth.coordinates, truth.reader) },
    { provide: ConsistencyService, useValue: new ConsistencyService(truth.positions, 100) },
    { provide: ForgetService, useValue: new ForgetService(truth.writer, new ConsolidatedQuotes(links)) },
    { provide: PastReadService, useValue: past },
    { provide: PastRecallService, useValue: recall.ofPast },
    { provide: HistoryService, useValue: new HistoryService(truth.history) },
    { provide: LinkService, useValue: linking },
    { provide: OutcomeService, useValue: outcomes },
    { provide: NamespaceCatalogService, useValue: new NamespaceCatalogService(namespaces, truth.catalog) },
    { provide: NamespaceRemovalService, useValue: removals },
    {
      provide: NamespaceRenameService,
      useValue: portability.namespaceRenames({ store: namespaces, policies: kept.policies, removal: removals, moves }),
    },
    {
      provide: NamespaceCopyService,
      useValue: portability.namespaceCopies(namespaces, kept.policies, { limits: EDGE_OPTIONS.bounds, fields }),
    },
    { provide: GraphService, useValue: new GraphService(links, new SilentTelemetry()) },
    { provide: ExportService, useValue: portability.exports },
    { provide: ImportService, useValue: portability.imports({ limits: EDGE_OPTIONS.bounds, fields }) },
    ...lifecycleServices(truth, kept),
    { provide: WatchService, useValue: new WatchService(new SilentChangeLog()) },
    { provide: RecallService, useValue: recall },
    { provide: VerifyService, useValue: verified.verifier },
    { provide: ReindexService, useValue: verified.reindexer },
    { provide: IndexReadiness, useValue: { whenReady: () => Promise.resolve() } },
  ];
  return { module: CoreModule, providers, exports: providers.map(({ provide }) => provide) };
}

/** Keeps four memories of a namespace. */
function lifecycleServices(
  { writer }: Pick<RecordedTruth, 'writer'>,
  { retained, policies, schedule }: Pick<HttpHarness, 'retained' | 'policies' | 'schedule'>,
) {
  const telemetry = new SilentLifecycleTelemetry();
  const retention = new RetentionService(policies, 4);
  const pace = new Pace({ restMs: 0 });
  const decay = new DecayWork(
    {
      memories: { page: () => Promise.resolve({ memories: [] }) },
      reader: { findByKeys: () => Promise.resolve([]) },
      writer,
      telemetry,
      rules: { levels: [], isScored: false },
      limits: EDGE_OPTIONS.bounds,
      fields: { text: [], session: [], source: [], time: [] },
    },
    pace,
  );
  const work = { removal: new RemovalWork(retained, telemetry, pace), decay };
  const lease = { holder: 'harness', leaseMs: 60_000 };
  return [
    { provide: RetentionService, useValue: retention },
    { provide: LifecycleService, useValue: new LifecycleService(schedule, retention, () => work, lease) },
  ];
}

function servicesModule(harness: Pick<HttpHarness, 'health'>, settings: HttpOptions): DynamicModule {
  const providers = [
    { provide: HttpOptions, useValue: settings },
    { provide: HealthReader, useValue: { read: () => Promise.resolve(harness.health) } },
  ];
  return { module: ServicesModule, providers, exports: providers.map(({ provide }) => provide) };
}
