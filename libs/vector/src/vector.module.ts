import { Logger, Module, type DynamicModule, type FactoryProvider, type InjectionToken } from '@nestjs/common';
import { Embedder, LexicalIndex, VectorIndex, type Bm25Options } from '@sfm/memory';
import { EmbeddedLexicalIndex } from './embedded/embedded-lexical-index.js';
import { EmbeddedVectorIndex } from './embedded/embedded-vector-index.js';
import { CollectionCatalog } from './qdrant/collection-catalog.js';
import type { CollectionOptions } from './qdrant/collections.js';
import type { QdrantConnectionOptions } from './qdrant/qdrant-connection.js';
import { QdrantServer } from './qdrant/qdrant-server.js';
import { QdrantVectorIndex } from './qdrant/qdrant-vector-index.js';

interface LexicalLaneOptions {
  readonly bm25?: Bm25Options;
  /** False binds no `LexicalIndex`: for a process that never recalls. @default true */
  readonly hasLexicalIndex?: boolean;
}

/** Both lanes in the memory of this process. */
export interface EmbeddedIndexesOptions extends LexicalLaneOptions {
  readonly kind: 'embedded';
  /** Dimension of the embedder's vectors. */
  readonly dimension: number;
  /** See `EmbeddedVectorIndexOptions.exactScanLimit`. */
  readonly exactScanLimit?: number;
}

/** Vectors in Qdrant; words stay in the memory of this process. */
export interface QdrantIndexesOptions
  extends LexicalLaneOptions, Pick<CollectionOptions, 'sharedCollection' | 'indexedFields'> {
  readonly kind: 'qdrant';
  readonly connection: QdrantConnectionOptions;
  /** What binds the `Embedder`, whose space decides which collections are used. */
  readonly embedding: DynamicModule;
}

export type VectorModuleOptions = EmbeddedIndexesOptions | QdrantIndexesOptions;

/** Binds the `VectorIndex` and `LexicalIndex` ports to the adapters of one technology. */
@Module({})
export class VectorModule {
  static forRoot(options: VectorModuleOptions): DynamicModule {
    const vectors = options.kind === 'qdrant' ? qdrantProviders(options) : embeddedProviders(options);
    const lexical = options.hasLexicalIndex === false ? [] : [lexicalProvider(options)];
    const ports: InjectionToken[] = [VectorIndex, ...lexical.map(({ provide }) => provide)];
    return {
      module: VectorModule,
      imports: options.kind === 'qdrant' ? [options.embedding] : [],
      providers: [...vectors, ...lexical],
      exports: ports,
    };
  }
}

function lexicalProvider({ bm25 }: LexicalLaneOptions): FactoryProvider {
  return { provide: LexicalIndex, useFactory: () => new EmbeddedLexicalIndex(bm25) };
}

function embeddedProviders({ dimension, exactScanLimit }: EmbeddedIndexesOptions): FactoryProvider[] {
  const logger = new Logger('VectorIndex');
  return [
    {
      provide: VectorIndex,
      useFactory: () => new EmbeddedVectorIndex({ dimension, exactScanLimit, warn: (message) => logger.warn(message) }),
    },
  ];
}

function qdrantProviders({ connection, sharedCollection, indexedFields }: QdrantIndexesOptions): FactoryProvider[] {
  return [
    { provide: QdrantServer, useFactory: () => new QdrantServer(connection) },
    {
      provide: CollectionCatalog,
      inject: [QdrantServer, Embedder],
      useFactory: (server: QdrantServer, { space, dimension }: Embedder) =>
        new CollectionCatalog(server, { space, dimension, sharedCollection, indexedFields }),
    },
    {
      provide: VectorIndex,
      inject: [CollectionCatalog],
      useFactory: (catalog: CollectionCatalog) => new QdrantVectorIndex(catalog),
    },
  ];
}
