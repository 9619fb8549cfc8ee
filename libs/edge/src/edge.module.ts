import { Logger, Module, type DynamicModule, type FactoryProvider, type ModuleMetadata } from '@nestjs/common';
import {
  AmendService,
  ApiKeyService,
  AuditLog,
  Authenticator,
  ConsolidationService,
  ConsistencyService,
  EmbeddedIdempotencyStore,
  ExportService,
  ForgetService,
  GraphService,
  HistoryService,
  IdempotencyStore,
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
  PastReadService,
  PastRecallService,
  ReadService,
  RecallService,
  ReindexService,
  RestoreService,
  SelectionService,
  RetentionService,
  StoreService,
  VerifyService,
  WatchService,
} from '@sfm/memory';
import { RequestLimits } from './checks/request-limits.js';
import { ConsistencyTokens } from './consistency/consistency-tokens.js';
import { ConsistentRequests } from './consistency/consistent-requests.js';
import type { EdgeOptions } from './edge.options.js';
import { IdempotentRequests } from './idempotency/idempotent-requests.js';
import { WatchPositions } from './mapping/watch-positions.js';
import { PageCursor } from './mapping/page-cursor.js';
import { audited } from './use-cases/audited-acts.js';
import { AuthorizedAudit } from './use-cases/authorized-audit.js';
import { AuthorizedConsolidations } from './use-cases/authorized-consolidations.js';
import { HeldCredentials } from './use-cases/held-credentials.js';
import { AuthorizedHistory } from './use-cases/authorized-history.js';
import { AuthorizedKeys } from './use-cases/authorized-keys.js';
import { AuthorizedLifecycle } from './use-cases/authorized-lifecycle.js';
import { AuthorizedLinks } from './use-cases/authorized-links.js';
import { AuthorizedLocks } from './use-cases/authorized-locks.js';
import { AuthorizedMaintenance } from './use-cases/authorized-maintenance.js';
import { AuthorizedNamespaces } from './use-cases/authorized-namespaces.js';
import { AuthorizedNearest } from './use-cases/authorized-nearest.js';
import { AuthorizedOutcomes } from './use-cases/authorized-outcomes.js';
import { AuthorizedPast } from './use-cases/authorized-past.js';
import { AuthorizedPortability } from './use-cases/authorized-portability.js';
import { AuthorizedQuestions } from './use-cases/authorized-questions.js';
import { AuthorizedReads } from './use-cases/authorized-reads.js';
import { AuthorizedRecall } from './use-cases/authorized-recall.js';
import { AuthorizedSelection } from './use-cases/authorized-selection.js';
import { AuthorizedWatch } from './use-cases/authorized-watch.js';
import { AuthorizedWrites } from './use-cases/authorized-writes.js';

export interface EdgeModuleSetup {
  /**
   * Must provide every use case of the core that the edge offers; an IdempotencyStore if answers are remembered outside
   * this process, and an Authenticator whose credentials can end while a long answer is written.
   */
  readonly imports: ModuleMetadata['imports'];
  readonly options: EdgeOptions;
}

/**
 * Providers for a transport. The core's services are not exported, so a transport can only reach them on behalf of a
 * principal.
 */
@Module({})
export class EdgeModule {
  static register({ imports, options }: EdgeModuleSetup): DynamicModule {
    const providers = [...checks(options), ...useCases, repeating, consistent(options)];
    return { module: EdgeModule, imports, providers, exports: providers.map(({ provide }) => provide) };
  }
}

function checks({ bounds, cursorSecrets }: EdgeOptions): FactoryProvider[] {
  return [
    { provide: RequestLimits, useFactory: () => new RequestLimits(bounds) },
    { provide: PageCursor, useFactory: () => new PageCursor(cursorSecrets) },
    { provide: WatchPositions, useFactory: () => new WatchPositions(cursorSecrets) },
  ];
}

function consistent({ cursorSecrets }: EdgeOptions): FactoryProvider {
  return {
    provide: ConsistentRequests,
    inject: [ConsistencyService],
    useFactory: (consistency: ConsistencyService) =>
      new ConsistentRequests(consistency, new ConsistencyTokens(cursorSecrets)),
  };
}

const repeating: FactoryProvider = {
  provide: IdempotentRequests,
  inject: [{ token: IdempotencyStore, optional: true }],
  useFactory: (store: IdempotencyStore = new EmbeddedIdempotencyStore()) => {
    const logger = new Logger('Edge');
    return new IdempotentRequests(store, (err) =>
      logger.warn({ msg: 'an answer could not be kept for its idempotency key', err }),
    );
  },
};

const AUDIT = { token: AuditLog, optional: true };

const useCases: FactoryProvider[] = [
  {
    provide: AuthorizedWrites,
    inject: [StoreService, AmendService, ForgetService],
    useFactory: (stores: StoreService, amendments: AmendService, forgetting: ForgetService) =>
      new AuthorizedWrites(stores, amendments, forgetting),
  },
  {
    provide: AuthorizedConsolidations,
    inject: [ConsolidationService],
    useFactory: (consolidations: ConsolidationService) => new AuthorizedConsolidations(consolidations),
  },
  { provide: AuthorizedLocks, inject: [LockService], useFactory: (locks: LockService) => new AuthorizedLocks(locks) },
  {
    provide: AuthorizedSelection,
    inject: [SelectionService],
    useFactory: (selection: SelectionService) => new AuthorizedSelection(selection),
  },
  {
    provide: AuthorizedLifecycle,
    inject: [RetentionService, LifecycleService, AUDIT],
    useFactory: (retentions: RetentionService, lifecycle: LifecycleService, log?: AuditLog) =>
      audited(new AuthorizedLifecycle(retentions, lifecycle), log),
  },
  {
    provide: AuthorizedLinks,
    inject: [LinkService, GraphService],
    useFactory: (links: LinkService, graph: GraphService) => new AuthorizedLinks(links, graph),
  },
  { provide: AuthorizedReads, inject: [ReadService], useFactory: (reads: ReadService) => new AuthorizedReads(reads) },
  {
    provide: AuthorizedHistory,
    inject: [HistoryService, RestoreService],
    useFactory: (histories: HistoryService, restores: RestoreService) => new AuthorizedHistory(histories, restores),
  },
  {
    provide: AuthorizedNamespaces,
    inject: [NamespaceCatalogService, NamespaceRemovalService, NamespaceCopyService, NamespaceRenameService, AUDIT],
    useFactory: (
      catalog: NamespaceCatalogService,
      removals: NamespaceRemovalService,
      copies: NamespaceCopyService,
      renames: NamespaceRenameService,
      log?: AuditLog,
    ) => audited(new AuthorizedNamespaces(catalog, removals, copies, renames), log),
  },
  {
    provide: AuthorizedOutcomes,
    inject: [OutcomeService],
    useFactory: (outcomes: OutcomeService) => new AuthorizedOutcomes(outcomes),
  },
  {
    provide: AuthorizedPast,
    inject: [PastReadService, PastRecallService],
    useFactory: (reads: PastReadService, recaller: PastRecallService) => new AuthorizedPast(reads, recaller),
  },
  {
    provide: AuthorizedPortability,
    inject: [ExportService, ImportService, HeldCredentials],
    useFactory: (exports: ExportService, imports: ImportService, held: HeldCredentials) =>
      new AuthorizedPortability(exports, imports, held),
  },
  {
    provide: AuthorizedRecall,
    inject: [RecallService],
    useFactory: (recaller: RecallService) => new AuthorizedRecall(recaller),
  },
  {
    provide: AuthorizedWatch,
    inject: [WatchService],
    useFactory: (watches: WatchService) => new AuthorizedWatch(watches),
  },
  {
    provide: AuthorizedNearest,
    inject: [NearestService],
    useFactory: (places: NearestService) => new AuthorizedNearest(places),
  },
  {
    provide: AuthorizedQuestions,
    inject: [RecallService, PastRecallService],
    useFactory: (recaller: RecallService, past: PastRecallService) => new AuthorizedQuestions(recaller, past),
  },
  {
    provide: AuthorizedMaintenance,
    inject: [VerifyService, ReindexService, IndexReadiness, HeldCredentials, AUDIT],
    useFactory: (
      verifier: VerifyService,
      reindexer: ReindexService,
      readiness: IndexReadiness,
      held: HeldCredentials,
      log?: AuditLog,
    ) => audited(new AuthorizedMaintenance(verifier, reindexer, readiness, held), log),
  },
  { provide: AuthorizedKeys, inject: [ApiKeyService], useFactory: (keys: ApiKeyService) => new AuthorizedKeys(keys) },
  {
    provide: AuthorizedAudit,
    inject: [AuditLog],
    useFactory: (log: AuditLog) => audited(new AuthorizedAudit(log), log),
  },
  {
    provide: HeldCredentials,
    inject: [{ token: Authenticator, optional: true }],
    useFactory: (authenticator?: Authenticator) => new HeldCredentials(authenticator),
  },
];
