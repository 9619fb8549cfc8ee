import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import {
  AccessRecorder,
  ChangeFeed,
  Embedder,
  ForgetService,
  ImportanceNormalizers,
  IndexCompleteness,
  IndexFollower,
  IndexLoader,
  IndexReadiness,
  IndexWarmup,
  LexicalIndex,
  LexicalLane,
  MemoryReader,
  MemoryTelemetry,
  MemoryWriter,
  NotedMemoryWriter,
  OverlayReader,
  PendingMemories,
  ProjectionSource,
  ReadService,
  RecentWrites,
  RecallService,
  StoreService,
  VectorIndex,
  VectorLane,
  type OverlayOptions,
  type RecallOptions,
  type StoreOptions,
} from '@sfm/memory';

export interface MemoryModuleOptions {
  readonly store: StoreOptions;
  readonly overlay: OverlayOptions;
  readonly recall: RecallOptions;
  /**
   * `own`: both indexes live in this process and its indexer changes them. `followed`: vectors are shared with other
   * processes; the index of words is this process's own and follows the ledger.
   */
  readonly indexes: 'own' | 'followed';
  /** How long accesses gather before they are noted. */
  readonly accessDelayMs: number;
  /** How long a recall waits for an index that is still being loaded. */
  readonly warmupWaitMs: number;
  /** Told when something in the background failed that nobody waits for. */
  readonly onBackgroundError: (error: unknown) => void;
}

/** Binds the `IndexFilling` of this process. */
export const INDEX_FILLING = Symbol('IndexFilling');

/** Builds the use cases of the core on whatever adapters the imported modules bind to its ports. */
@Module({})
export class MemoryModule {
  static register(options: MemoryModuleOptions, adapters: readonly DynamicModule[]): DynamicModule {
    const providers = [...writing(options), ...readiness(options), completeness, ...recalling(options)];
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
      inject: [MemoryWriter, ImportanceNormalizers, MemoryTelemetry, { token: RecentWrites, optional: true }],
      useFactory: (
        writer: MemoryWriter,
        normalizers: ImportanceNormalizers,
        telemetry: MemoryTelemetry,
        recent?: RecentWrites,
      ) => new StoreService(recent ? new NotedMemoryWriter(writer, recent) : writer, normalizers, telemetry, store),
    },
    { provide: ForgetService, inject: [MemoryWriter], useFactory: (writer: MemoryWriter) => new ForgetService(writer) },
    {
      provide: AccessRecorder,
      inject: [MemoryReader],
      useFactory: (reader: MemoryReader) => new AccessRecorder(reader, accessDelayMs, onBackgroundError),
    },
    {
      provide: ReadService,
      inject: [MemoryReader, AccessRecorder],
      useFactory: (reader: MemoryReader, accesses: AccessRecorder) => new ReadService(reader, accesses),
    },
  ];
}

/** Filling the in-process indexes and knowing when they may be searched: see `MemoryModuleOptions.indexes`. */
function readiness({ warmupWaitMs, indexes }: MemoryModuleOptions): FactoryProvider[] {
  const warmup = { provide: IndexWarmup, useFactory: () => new IndexWarmup(warmupWaitMs) };
  if (indexes === 'own') {
    return [
      warmup,
      {
        provide: INDEX_FILLING,
        inject: [ProjectionSource, VectorIndex, LexicalIndex, Embedder],
        useFactory: (source: ProjectionSource, vectors: VectorIndex, lexical: LexicalIndex, embedder: Embedder) =>
          new IndexLoader(source, [lexical, vectors], embedder),
      },
      { provide: IndexReadiness, inject: [IndexWarmup], useFactory: (own: IndexWarmup) => own },
    ];
  }
  return [
    warmup,
    { provide: RecentWrites, useFactory: () => new RecentWrites() },
    {
      provide: IndexFollower,
      inject: [ChangeFeed, ProjectionSource, LexicalIndex, IndexWarmup, RecentWrites],
      useFactory: (
        feed: ChangeFeed,
        source: ProjectionSource,
        lexical: LexicalIndex,
        own: IndexWarmup,
        recent: RecentWrites,
      ) => new IndexFollower(feed, source, lexical, own, recent),
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

function recalling({ overlay, recall }: MemoryModuleOptions): FactoryProvider[] {
  return [
    {
      provide: OverlayReader,
      inject: [PendingMemories, Embedder, IndexReadiness, MemoryTelemetry],
      useFactory: (pending: PendingMemories, embedder: Embedder, indexes: IndexReadiness, telemetry: MemoryTelemetry) =>
        new OverlayReader(pending, embedder, indexes, telemetry, overlay),
    },
    {
      provide: RecallService,
      inject: [VectorIndex, LexicalIndex, Embedder, OverlayReader, MemoryReader, MemoryTelemetry],
      useFactory: (
        vectors: VectorIndex,
        lexical: LexicalIndex,
        embedder: Embedder,
        overlays: OverlayReader,
        memories: MemoryReader,
        telemetry: MemoryTelemetry,
      ) => {
        const lanes = [new LexicalLane(lexical, recall.ranking), new VectorLane(vectors, embedder)];
        return new RecallService(lanes, lexical, overlays, memories, telemetry, recall);
      },
    },
  ];
}
