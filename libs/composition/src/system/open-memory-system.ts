import type { INestApplicationContext, LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  AmendService,
  ConsistencyService,
  Embedder,
  ConsolidationService,
  ExportService,
  ForgetService,
  GivenVectorService,
  GraphService,
  HistoryService,
  ImportService,
  IndexReadiness,
  LinkService,
  NamespaceCatalogService,
  NamespaceCopyService,
  NamespaceRemovalService,
  NamespaceRenameService,
  NearestService,
  OutcomeService,
  LockService,
  LifecycleService,
  PastReadService,
  PastRecallService,
  ReadService,
  RecallService,
  ReindexService,
  RestoreService,
  SelectionService,
  RetentionService,
  StoreService,
  VectorIndex,
  VerifyService,
  WatchService,
  type Namespace,
  type ProcessMemory,
} from '@sfm/memory';
import { CacheBackend } from '../cache/cache-backend.js';
import { ServiceHealth } from '../health/service-health.js';
import { openTruth } from '../truth/open-truth.js';
import { BackgroundWork } from './background-work.js';
import { completeOptions } from './complete-options.js';
import { servingUse } from './many-processes.js';
import type { MemorySystemOptions } from './memory-system-options.js';
import { MemorySystemModule } from './memory-system.module.js';

/** A running memory system inside this process. */
export interface MemorySystem {
  /** Namespace of calls without one. */
  readonly namespace: Namespace;
  /** Human-readable location of the memories. */
  readonly location: string;
  readonly store: StoreService;
  readonly givenVectors: GivenVectorService;
  readonly read: ReadService;
  readonly nearest: NearestService;
  readonly forget: ForgetService;
  readonly amend: AmendService;
  readonly history: HistoryService;
  readonly namespaces: NamespaceCatalogService;
  readonly namespaceCopies: NamespaceCopyService;
  readonly namespaceRemovals: NamespaceRemovalService;
  readonly namespaceRenames: NamespaceRenameService;
  readonly outcomes: OutcomeService;
  readonly restore: RestoreService;
  readonly past: PastReadService;
  readonly pastRecall: PastRecallService;
  readonly recall: RecallService;
  readonly selection: SelectionService;
  readonly exports: ExportService;
  readonly imports: ImportService;
  readonly links: LinkService;
  readonly graph: GraphService;
  readonly embedder: Embedder;
  readonly vectors: VectorIndex;
  readonly consolidations: ConsolidationService;
  readonly locks: LockService;
  readonly consistency: ConsistencyService;
  readonly retention: RetentionService;
  readonly lifecycle: LifecycleService;
  readonly watches: WatchService;
  readonly verifier: VerifyService;
  readonly reindexer: ReindexService;
  readonly indexes: IndexReadiness;
  readonly health: ServiceHealth;
  /** Finishes work in progress, closes every connection and stops the PostgreSQL that was started, if any. */
  close(): Promise<void>;
}

export interface MemorySystemSurroundings {
  /** Becomes the logger of all Nest code in this process. @default none: nothing is logged */
  readonly logger?: LoggerService;
  /** Called when another process has taken over the data folder or the database: the caller must close. @default none */
  readonly onLost?: () => void;
  /** Aborts the wait for a PostgreSQL that does not answer yet. */
  readonly signal?: AbortSignal;
  /** How much memory there is. @default that of this process */
  readonly memory?: ProcessMemory;
}

const SILENT: LoggerService = { log: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * Opens a memory system without an HTTP or gRPC server. A recall goes without indexes that are
 * not filled yet; while none is, it answers from what is filled by then.
 *
 * @throws with a message for operators: data folder or database in use, no access, server unreachable, no model
 */
export async function openMemorySystem(
  given: MemorySystemOptions,
  { logger, onLost = () => undefined, signal, memory }: MemorySystemSurroundings = {},
): Promise<MemorySystem> {
  const options = completeOptions(given);
  const truth = await openTruth(options.truth, logger ?? SILENT, { use: servingUse(options), onLost, signal });
  const closers = [() => truth.close()];
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= inOrder(closers.reverse()));
  try {
    const cache = new CacheBackend(options.cache, options.clientName, logger ?? SILENT);
    const module = MemorySystemModule.register(options, { dataSource: truth.dataSource, cache, memory });
    const context = await NestFactory.createApplicationContext(module, {
      logger: logger ?? false,
      abortOnError: false,
    });
    closers.push(() => context.close());
    const work = context.get(BackgroundWork, { strict: false });
    closers.push(() => work.stop());
    await work.start();
    return { namespace: options.namespace, location: truth.location, ...useCasesOf(context), close };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}

/** Runs every step in order, even after one fails. @throws the first error */
async function inOrder(steps: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps) await step().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}

function useCasesOf(context: INestApplicationContext): Omit<MemorySystem, 'namespace' | 'location' | 'close'> {
  const find = <T>(token: abstract new (...args: never[]) => T): T => context.get<T>(token, { strict: false });
  return {
    store: find(StoreService),
    givenVectors: find(GivenVectorService),
    read: find(ReadService),
    nearest: find(NearestService),
    forget: find(ForgetService),
    amend: find(AmendService),
    history: find(HistoryService),
    namespaces: find(NamespaceCatalogService),
    namespaceCopies: find(NamespaceCopyService),
    namespaceRemovals: find(NamespaceRemovalService),
    namespaceRenames: find(NamespaceRenameService),
    outcomes: find(OutcomeService),
    restore: find(RestoreService),
    past: find(PastReadService),
    pastRecall: find(PastRecallService),
    recall: find(RecallService),
    selection: find(SelectionService),
    exports: find(ExportService),
    imports: find(ImportService),
    links: find(LinkService),
    graph: find(GraphService),
    embedder: find(Embedder),
    vectors: find(VectorIndex),
    consolidations: find(ConsolidationService),
    locks: find(LockService),
    consistency: find(ConsistencyService),
    retention: find(RetentionService),
    lifecycle: find(LifecycleService),
    watches: find(WatchService),
    verifier: find(VerifyService),
    reindexer: find(ReindexService),
    indexes: find(IndexReadiness),
    health: find(ServiceHealth),
  };
}
