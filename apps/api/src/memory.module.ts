import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import {
  AccessRecorder,
  ContextReader,
  Embedder,
  ForgetService,
  Indexer,
  IndexLoader,
  IndexWarmup,
  LexicalIndex,
  MemoryReader,
  MemoryTelemetry,
  MemoryWriter,
  OverlayReader,
  PendingMemories,
  ProjectionSource,
  ReadService,
  RecallService,
  StoreService,
  VectorIndex,
  type MicroBatcherOptions,
  type OverlayOptions,
  type RecallOptions,
  type StoreOptions,
} from '@sfm/memory';

export interface MemoryModuleOptions {
  readonly store: StoreOptions;
  readonly overlay: OverlayOptions;
  readonly recall: RecallOptions;
  /** How long accesses gather before they are noted. */
  readonly accessDelayMs: number;
  /** How long a recall waits for an index that is still being loaded. */
  readonly warmupWaitMs: number;
  /** Told when something in the background failed that nobody waits for. */
  readonly onBackgroundError: (error: unknown) => void;
}

/** Flush sizes from measurements of multi-row writes against single ones: see docs/PERFORMANCE.md. */
export const DEFAULT_BATCHING: MicroBatcherOptions = { maxBatch: 64, maxInFlight: 3, maxQueued: 20_000 };

/** Builds the use cases of the core on whatever adapters the imported modules bind to its ports. */
@Module({})
export class MemoryModule {
  static register(options: MemoryModuleOptions, adapters: readonly DynamicModule[]): DynamicModule {
    const providers = [...writing(options), ...indexing(options), ...recalling(options)];
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
      inject: [MemoryWriter, MemoryReader, MemoryTelemetry],
      useFactory: (writer: MemoryWriter, reader: MemoryReader, telemetry: MemoryTelemetry) =>
        new StoreService(writer, reader, telemetry, store),
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

function indexing({ warmupWaitMs }: MemoryModuleOptions): FactoryProvider[] {
  return [
    { provide: IndexWarmup, useFactory: () => new IndexWarmup(warmupWaitMs) },
    {
      provide: Indexer,
      inject: [ProjectionSource, VectorIndex, LexicalIndex, Embedder, MemoryTelemetry],
      useFactory: (
        source: ProjectionSource,
        vectors: VectorIndex,
        lexical: LexicalIndex,
        embedder: Embedder,
        telemetry: MemoryTelemetry,
      ) => new Indexer(source, { vectors, lexical }, embedder, telemetry),
    },
    {
      provide: IndexLoader,
      inject: [ProjectionSource, VectorIndex, LexicalIndex, Embedder],
      useFactory: (source: ProjectionSource, vectors: VectorIndex, lexical: LexicalIndex, embedder: Embedder) =>
        new IndexLoader(source, { vectors, lexical }, embedder),
    },
  ];
}

function recalling({ overlay, recall }: MemoryModuleOptions): FactoryProvider[] {
  return [
    {
      provide: OverlayReader,
      inject: [PendingMemories, Embedder, IndexWarmup, MemoryTelemetry],
      useFactory: (pending: PendingMemories, embedder: Embedder, warmup: IndexWarmup, telemetry: MemoryTelemetry) =>
        new OverlayReader(pending, embedder, warmup, telemetry, overlay),
    },
    {
      provide: RecallService,
      inject: [VectorIndex, LexicalIndex, Embedder, OverlayReader, ContextReader, MemoryTelemetry],
      useFactory: (
        vectors: VectorIndex,
        lexical: LexicalIndex,
        embedder: Embedder,
        overlays: OverlayReader,
        context: ContextReader,
        telemetry: MemoryTelemetry,
      ) => new RecallService({ vectors, lexical }, embedder, overlays, context, telemetry, recall),
    },
  ];
}
