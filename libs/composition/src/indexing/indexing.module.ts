import { Module, type DynamicModule } from '@nestjs/common';
import { EmbeddingModule } from '@sfm/embedding';
import {
  Embedder,
  ImportanceHistory,
  ImportanceNormalizers,
  Indexer,
  LexicalIndex,
  MemoryTelemetry,
  ProjectionSource,
  VectorIndex,
  type ProjectionIndex,
} from '@sfm/memory';
import { StorageModule, type StorageModuleOptions } from '@sfm/storage';
import { VectorModule, type VectorModuleOptions } from '@sfm/vector';
import { dimensionOf } from './embedding-dimension.js';
import type { IndexingOptions } from './indexing-options.js';
import { keepsEmbeddings } from './kept-embeddings.js';

/** The stores that changes are applied to. */
export interface IndexedPlaces {
  readonly storage: StorageModuleOptions;
  /** Binds `MemoryTelemetry`. */
  readonly telemetry: DynamicModule;
  /** Further projections that follow the events. */
  readonly projections?: readonly ProjectionIndex[];
  /** False in a process without recall. @default true */
  readonly hasLexicalIndex?: boolean;
}

/**
 * Provides `Indexer` and the importance normaliser, with every adapter they need. Events update the in-process indexes;
 * a lexical index alongside a shared vector index follows the ledger instead, because every process has its own.
 */
@Module({})
export class IndexingModule {
  static register(options: IndexingOptions, places: IndexedPlaces): DynamicModule {
    const { vectors } = options;
    const { projections = [] } = places;
    const adapters = adapterModules(options, places);
    const isShared = vectors.kind !== 'embedded';
    return {
      module: IndexingModule,
      imports: adapters,
      providers: [
        {
          provide: Indexer,
          inject: [ProjectionSource, VectorIndex, Embedder, MemoryTelemetry, ...(isShared ? [] : [LexicalIndex])],
          useFactory: (
            source: ProjectionSource,
            index: VectorIndex,
            embedder: Embedder,
            telemetry: MemoryTelemetry,
            lexical?: LexicalIndex,
          ) =>
            new Indexer(source, [...projections, ...(lexical ? [lexical] : []), index], embedder, telemetry, {
              keepsEmbeddings: keepsEmbeddings(vectors, embedder),
            }),
        },
        {
          provide: ImportanceNormalizers,
          inject: [ImportanceHistory],
          useFactory: (history: ImportanceHistory) => new ImportanceNormalizers(history),
        },
      ],
      exports: [Indexer, ImportanceNormalizers, ...adapters],
    };
  }
}

function adapterModules(
  options: IndexingOptions,
  { storage, telemetry, hasLexicalIndex = true }: IndexedPlaces,
): DynamicModule[] {
  // One module for all users of the embedder, so that a model is loaded only once.
  const embedding = EmbeddingModule.forRoot(options.embedder);
  const vectors = VectorModule.forRoot({ ...vectorModuleOptions(options, embedding), hasLexicalIndex });
  return [StorageModule.forRoot(storage), vectors, embedding, telemetry];
}

function vectorModuleOptions({ embedder, vectors }: IndexingOptions, embedding: DynamicModule): VectorModuleOptions {
  return vectors.kind === 'qdrant' ? { ...vectors, embedding } : { ...vectors, dimension: dimensionOf(embedder) };
}
