import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import {
  AccessCounter,
  AccessRecorder,
  AmendService,
  CapWatch,
  CapWatchedWriter,
  ChangeFeed,
  ChangeLog,
  ConsolidatedQuotes,
  ConsistencyService,
  CoordinateSearch,
  Embedder,
  ForgetService,
  GraphLane,
  GraphService,
  HistoryService,
  ImportanceNormalizers,
  ImportanceStates,
  IndexCompleteness,
  IndexFollower,
  IndexLoader,
  IndexReadiness,
  IndexRoom,
  IndexWarmup,
  KeywordSearch,
  LexicalIndex,
  LexicalLane,
  LinkReader,
  LinkService,
  LinkWriter,
  MemoryCatalog,
  MemoryHistory,
  MemoryReader,
  MemoryTelemetry,
  MemoryWriter,
  NearestService,
  PastLinks,
  PastMemories,
  PastReadService,
  PastRecallService,
  NotedMemoryWriter,
  OutcomeService,
  OverlayReader,
  PendingMemories,
  ProjectionSource,
  ReadService,
  RecentWrites,
  RecallService,
  RestoreService,
  StoreService,
  VectorIndex,
  VectorLane,
  WatchService,
  WordAidedKeywordSearch,
  WritePositions,
  type FilledIndex,
  type Lane,
  type OverlayOptions,
  type RecallIndexName,
  type RecallIndexes,
  type RecallOptions,
  type StoreOptions,
} from '@sfm/memory';
import { consolidating } from './consolidating.js';
import { FILLED_VECTORS, FILLED_WORDS } from '../indexing/indexing.module.js';
import type { LifecycleOptions } from '../retention/lifecycle-options.js';
import { lifecycleProviders } from '../retention/lifecycle-providers.js';
import { credentialProviders } from './credential-providers.js';
import { namespaceProviders } from './namespace-providers.js';

export interface MemoryModuleOptions {
  readonly store: StoreOptions;
  readonly overlay: OverlayOptions;
  readonly recall: RecallOptions;
  /**
   * `own`: both indexes live in this process and its indexer changes them. `followed`: vectors are shared with other
   * processes; the lexical index is this process's own and follows the ledger.
   */
  readonly indexes: 'own' | 'followed';
  /** Makes empty indexes in the memory of this process, for one question about the past. */
  readonly openIndexes: () => RecallIndexes;
  /** How long accesses are collected before they are recorded. */
  readonly accessDelayMs: number;
  /** How often expired memories are deleted in the background. */
  readonly expiry: { readonly intervalMs: number };
  /** Which memories are kept, and what they lose with time. */
  readonly lifecycle: Required<LifecycleOptions>;
  /** How long work that needs whole indexes waits for them; recall a second of it at most. */
  readonly warmupWaitMs: number;
  /** Called when background work fails that no caller waits for. */
  readonly onBackgroundError: (error: unknown) => void;
}

/** Binds the `IndexFilling` of this process. */
export const INDEX_FILLING = Symbol('IndexFilling');
/** Binds the recall lanes. */
const LANES = Symbol('Lanes');
/** Bound where this process must not be filled up by its indexes. */
const OPTIONAL_ROOM = { token: IndexRoom, optional: true };

/** Builds the core's use cases on the adapters that the imported modules bind to its ports. */
@Module({})
export class MemoryModule {
  static register(options: MemoryModuleOptions, adapters: readonly DynamicModule[]): DynamicModule {
    const providers = [
      ...writing(options),
      ...history,
      pastRecall(options),
      ...linking(options),
      ...consolidating(options.store),
      ...living(options),
      ...credentialProviders,
      ...namespaceProviders,
      ...readiness(options),
      completeness,
      consistency(options),
      ...recalling(options),
    ];
    return {
      module: MemoryModule,
      imports: [...adapters],
      providers,
      exports: [...providers.map(({ provide }) => provide), ...adapters],
    };
  }
}

function writing({ store, accessDelayMs, onBackgroundError }: MemoryModuleOptions): FactoryProvider[] {
  return [
    {
      provide: StoreService,
      inject: [MemoryWriter, ImportanceNormalizers, MemoryTelemetry, CapWatch, { token: RecentWrites, optional: true }],
      useFactory: (
        writer: MemoryWriter,
        normalizers: ImportanceNormalizers,
        telemetry: MemoryTelemetry,
        watch: CapWatch,
        recent?: RecentWrites,
      ) => {
        const watched = new CapWatchedWriter(writer, watch);
        const noted = recent ? new NotedMemoryWriter(watched, recent) : watched;
        return new StoreService(noted, normalizers, telemetry, store);
      },
    },
    {
      provide: ForgetService,
      inject: [MemoryWriter, LinkReader],
      useFactory: (writer: MemoryWriter, links: LinkReader) => new ForgetService(writer, new ConsolidatedQuotes(links)),
    },
    {
      provide: AccessRecorder,
      inject: [AccessCounter],
      useFactory: (accesses: AccessCounter) => new AccessRecorder(accesses, accessDelayMs, onBackgroundError),
    },
    {
      provide: ReadService,
      inject: [MemoryReader, MemoryCatalog, CoordinateSearch, WordAidedKeywordSearch, AccessRecorder],
      useFactory: (
        memories: MemoryReader,
        catalog: MemoryCatalog,
        coordinates: CoordinateSearch,
        keywords: WordAidedKeywordSearch,
        accesses: AccessRecorder,
      ) => new ReadService(memories, catalog, coordinates, keywords, accesses),
    },
    {
      provide: NearestService,
      inject: [CoordinateSearch, MemoryReader],
      useFactory: (coordinates: CoordinateSearch, memories: MemoryReader) => new NearestService(coordinates, memories),
    },
    { provide: WatchService, inject: [ChangeLog], useFactory: (log: ChangeLog) => new WatchService(log) },
    {
      provide: WordAidedKeywordSearch,
      inject: [KeywordSearch, LexicalIndex, IndexReadiness, PendingMemories],
      useFactory: (keywords: KeywordSearch, words: LexicalIndex, readiness: IndexReadiness, pending: PendingMemories) =>
        new WordAidedKeywordSearch(keywords, words, readiness, pending),
    },
  ];
}

/** What changes memories by what they are or were, and tells what they were. */
const history: readonly FactoryProvider[] = [
  {
    provide: AmendService,
    inject: [MemoryReader, StoreService],
    useFactory: (memories: MemoryReader, stores: StoreService) => new AmendService(memories, stores),
  },
  {
    provide: RestoreService,
    inject: [MemoryHistory, StoreService, MemoryReader],
    useFactory: (histories: MemoryHistory, stores: StoreService, memories: MemoryReader) =>
      new RestoreService(histories, stores, memories),
  },
  {
    provide: PastReadService,
    inject: [PastMemories, MemoryHistory],
    useFactory: (past: PastMemories, histories: MemoryHistory) => new PastReadService(past, histories),
  },
  {
    provide: HistoryService,
    inject: [MemoryHistory],
    useFactory: (histories: MemoryHistory) => new HistoryService(histories),
  },
];

function pastRecall({ recall, openIndexes }: MemoryModuleOptions): FactoryProvider {
  return {
    provide: PastRecallService,
    inject: [PastReadService, PastLinks, ImportanceStates, Embedder],
    useFactory: (past: PastReadService, links: PastLinks, importances: ImportanceStates, embedder: Embedder) =>
      new PastRecallService({ past, links, importances, openIndexes, embedder }, { recall }),
  };
}

function linking({ store }: MemoryModuleOptions): FactoryProvider[] {
  return [
    {
      provide: LinkService,
      inject: [LinkWriter, MemoryTelemetry],
      useFactory: (writer: LinkWriter, telemetry: MemoryTelemetry) => new LinkService(writer, telemetry, store.limits),
    },
    {
      provide: GraphService,
      inject: [LinkReader, MemoryTelemetry],
      useFactory: (links: LinkReader, telemetry: MemoryTelemetry) => new GraphService(links, telemetry),
    },
    {
      provide: OutcomeService,
      inject: [MemoryReader, StoreService, LinkService],
      useFactory: (memories: MemoryReader, stores: StoreService, links: LinkService) =>
        new OutcomeService(memories, stores, links, store.limits),
    },
  ];
}

function living({ store, expiry, lifecycle, onBackgroundError }: MemoryModuleOptions): FactoryProvider[] {
  return lifecycleProviders({
    lifecycle,
    expiryIntervalMs: expiry.intervalMs,
    store,
    onError: onBackgroundError,
  });
}

/** Fills the in-process indexes and tracks when they may be searched: see `MemoryModuleOptions.indexes`. */
function readiness({ warmupWaitMs, indexes }: MemoryModuleOptions): FactoryProvider[] {
  const filled: readonly RecallIndexName[] = indexes === 'own' ? ['vector', 'lexical'] : ['lexical'];
  const warmup = {
    provide: IndexWarmup,
    inject: [OPTIONAL_ROOM],
    useFactory: (room?: IndexRoom) => new IndexWarmup(warmupWaitMs, filled, room),
  };
  if (indexes === 'own') {
    return [
      warmup,
      {
        provide: INDEX_FILLING,
        inject: [ProjectionSource, FILLED_VECTORS, FILLED_WORDS, Embedder, OPTIONAL_ROOM],
        useFactory: (
          source: ProjectionSource,
          vectors: FilledIndex,
          lexical: FilledIndex,
          embedder: Embedder,
          room?: IndexRoom,
        ) => new IndexLoader(source, { vectors, lexical }, embedder, room),
      },
      { provide: IndexReadiness, inject: [IndexWarmup], useFactory: (own: IndexWarmup) => own },
    ];
  }
  return [
    warmup,
    { provide: RecentWrites, useFactory: () => new RecentWrites() },
    {
      provide: IndexFollower,
      inject: [ChangeFeed, ProjectionSource, FILLED_WORDS, IndexWarmup, RecentWrites, OPTIONAL_ROOM],
      useFactory: (
        feed: ChangeFeed,
        source: ProjectionSource,
        lexical: FilledIndex,
        own: IndexWarmup,
        recent: RecentWrites,
        room?: IndexRoom,
      ) => new IndexFollower(feed, source, lexical, own, recent, room),
    },
    { provide: INDEX_FILLING, inject: [IndexFollower], useFactory: (follower: IndexFollower) => follower },
    { provide: IndexReadiness, inject: [IndexFollower], useFactory: (follower: IndexFollower) => follower },
  ];
}

const completeness: FactoryProvider = {
  provide: IndexCompleteness,
  inject: [LexicalIndex, VectorIndex, PendingMemories, IndexReadiness],
  useFactory: (lexical: LexicalIndex, vectors: VectorIndex, pending: PendingMemories, indexes: IndexReadiness) =>
    new IndexCompleteness({ lexical, vectors }, pending, indexes),
};

function consistency({ recall }: MemoryModuleOptions): FactoryProvider {
  return {
    provide: ConsistencyService,
    inject: [WritePositions],
    useFactory: (positions: WritePositions) => new ConsistencyService(positions, recall.visibilityWaitMs),
  };
}

function recalling({ overlay, recall }: MemoryModuleOptions): FactoryProvider[] {
  return [
    {
      provide: OverlayReader,
      inject: [PendingMemories, Embedder, IndexReadiness],
      useFactory: (pending: PendingMemories, embedder: Embedder, indexes: IndexReadiness) =>
        new OverlayReader(pending, embedder, indexes, overlay),
    },
    {
      provide: LANES,
      inject: [LexicalIndex, VectorIndex, Embedder, LinkReader],
      useFactory: (
        lexical: LexicalIndex,
        vectors: VectorIndex,
        embedder: Embedder,
        links: LinkReader,
      ): readonly Lane[] => [
        new LexicalLane(lexical, recall.ranking),
        new VectorLane(vectors, embedder),
        new GraphLane(links),
      ],
    },
    {
      provide: RecallService,
      inject: [LANES, LexicalIndex, OverlayReader, MemoryReader, MemoryTelemetry, ImportanceNormalizers],
      useFactory: (
        lanes: readonly Lane[],
        lexical: LexicalIndex,
        overlays: OverlayReader,
        memories: MemoryReader,
        telemetry: MemoryTelemetry,
        importances: ImportanceNormalizers,
      ) => new RecallService(lanes, lexical, overlays, memories, telemetry, { ...recall, importances }),
    },
  ];
}
