import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import { EmbeddingModule } from '@sfm/embedding';
import {
  Embedder,
  ImportanceNormalizers,
  ImportanceStates,
  Indexer,
  IndexRoom,
  LexicalIndex,
  MemoryTelemetry,
  ProjectionSource,
  RoomBoundIndex,
  VectorIndex,
  type FilledIndex,
  type RecallIndexName,
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
  /** Bounds the in-process indexes. @default none: for a process that ends when its work is done */
  readonly room?: IndexRoom;
}

/** Bind the indexes as changes are applied to them, in-process ones within the room there is. */
export const FILLED_VECTORS = Symbol('FilledVectors');
export const FILLED_WORDS = Symbol('FilledWords');

/**
 * Provides `Indexer` and the importance normaliser, with every adapter they need. Events update the in-process indexes;
 * a lexical index alongside a shared vector index follows the ledger instead, because every process has its own.
 */
@Module({})
export class IndexingModule {
  static register(options: IndexingOptions, places: IndexedPlaces): DynamicModule {
    const { vectors } = options;
    const { projections = [], room, hasLexicalIndex = true } = places;
    const adapters = adapterModules(options, places);
    const isShared = vectors.kind !== 'embedded';
    const filled = [
      filledIndex(FILLED_VECTORS, 'vector', isShared ? undefined : room),
      ...(hasLexicalIndex ? [filledIndex(FILLED_WORDS, 'lexical', room)] : []),
    ];
    const rooms = room ? [{ provide: IndexRoom, useValue: room }] : [];
    return {
      module: IndexingModule,
      imports: adapters,
      providers: [
        ...rooms,
        ...filled,
        {
          provide: Indexer,
          inject: [ProjectionSource, FILLED_VECTORS, Embedder, MemoryTelemetry, ...(isShared ? [] : [FILLED_WORDS])],
          useFactory: (
            source: ProjectionSource,
            index: FilledIndex,
            embedder: Embedder,
            telemetry: MemoryTelemetry,
            lexical?: FilledIndex,
          ) =>
            new Indexer(source, [...projections, ...(lexical ? [lexical] : []), index], embedder, telemetry, {
              keepsEmbeddings: keepsEmbeddings(vectors, embedder),
            }),
        },
        {
          provide: ImportanceNormalizers,
          inject: [ImportanceStates],
          useFactory: (states: ImportanceStates) => new ImportanceNormalizers(states),
        },
      ],
      exports: [Indexer, ImportanceNormalizers, ...[...rooms, ...filled].map(({ provide }) => provide), ...adapters],
    };
  }
}

function filledIndex(provide: symbol, name: RecallIndexName, room?: IndexRoom): FactoryProvider<FilledIndex> {
  return {
    provide,
    inject: [name === 'vector' ? VectorIndex : LexicalIndex],
    useFactory: (index: FilledIndex) => (room ? new RoomBoundIndex(name, index, room) : index),
  };
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
