import { Logger, Module, type DynamicModule, type FactoryProvider, type InjectionToken } from '@nestjs/common';
import { Embedder, LexicalIndex, PointAudit, VectorIndex, VectorRebuild, type Bm25Options } from '@sfm/memory';
import { EmbeddedLexicalIndex } from './embedded/lexical/embedded-lexical-index.js';
import { EmbeddedPointAudit } from './embedded/vectors/embedded-point-audit.js';
import { EmbeddedVectorIndex } from './embedded/vectors/embedded-vector-index.js';
import { EmbeddedVectorRebuild } from './embedded/vectors/embedded-vector-rebuild.js';
import { CollectionCatalog, type CatalogOptions } from './qdrant/collections/collection-catalog.js';
import type { QdrantConnectionOptions } from './qdrant/server/qdrant-connection.js';
import { QdrantPointAudit } from './qdrant/qdrant-point-audit.js';
import { QdrantServer } from './qdrant/server/qdrant-server.js';
import { QdrantVectorIndex } from './qdrant/qdrant-vector-index.js';
import { QdrantVectorRebuild } from './qdrant/qdrant-vector-rebuild.js';
import { RemovedVersions } from './qdrant/points/removed-versions.js';

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

/** Vectors in Qdrant; the lexical index stays in the memory of this process. */
export interface QdrantIndexesOptions
  extends LexicalLaneOptions, Pick<CatalogOptions, 'sharedCollection' | 'indexedFields' | 'mirrors'> {
  readonly kind: 'qdrant';
  readonly connection: QdrantConnectionOptions;
  /** Binds the `Embedder`, whose space decides which collections are used. */
  readonly embedding: DynamicModule;
}

export type VectorModuleOptions = EmbeddedIndexesOptions | QdrantIndexesOptions;

/**
 * Binds `VectorIndex`, its audit and rebuild, and `LexicalIndex` to the adapters of one technology, and `QdrantServer` if
 * that is Qdrant.
 */
@Module({})
export class VectorModule {
  static forRoot(options: VectorModuleOptions): DynamicModule {
    const vectors = options.kind === 'qdrant' ? qdrantProviders(options) : embeddedProviders(options);
    const lexical = options.hasLexicalIndex === false ? [] : [lexicalProvider(options)];
    const server = options.kind === 'qdrant' ? [QdrantServer] : [];
    const ports: InjectionToken[] = [VectorIndex, PointAudit, VectorRebuild, ...lexical.map(({ provide }) => provide)];
    return {
      module: VectorModule,
      imports: options.kind === 'qdrant' ? [options.embedding] : [],
      providers: [...vectors, ...lexical],
      exports: [...ports, ...server],
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
      provide: EmbeddedVectorIndex,
      useFactory: () => new EmbeddedVectorIndex({ dimension, exactScanLimit, warn: (message) => logger.warn(message) }),
    },
    { provide: VectorIndex, inject: [EmbeddedVectorIndex], useFactory: (index: EmbeddedVectorIndex) => index },
    {
      provide: PointAudit,
      inject: [EmbeddedVectorIndex],
      useFactory: (index: EmbeddedVectorIndex) => new EmbeddedPointAudit(index),
    },
    {
      provide: VectorRebuild,
      inject: [EmbeddedVectorIndex],
      useFactory: (index: EmbeddedVectorIndex) => new EmbeddedVectorRebuild(index),
    },
  ];
}

function qdrantProviders({ connection, ...catalog }: QdrantIndexesOptions): FactoryProvider[] {
  const { sharedCollection, indexedFields, mirrors } = catalog;
  return [
    { provide: QdrantServer, useFactory: () => new QdrantServer(connection) },
    {
      provide: CollectionCatalog,
      inject: [QdrantServer, Embedder],
      useFactory: (server: QdrantServer, { space, dimension }: Embedder) =>
        new CollectionCatalog(server, { space, dimension, sharedCollection, indexedFields, mirrors }),
    },
    { provide: RemovedVersions, useFactory: () => new RemovedVersions() },
    {
      provide: VectorIndex,
      inject: [CollectionCatalog, RemovedVersions],
      useFactory: (opened: CollectionCatalog, removed: RemovedVersions) => new QdrantVectorIndex(opened, removed),
    },
    {
      provide: PointAudit,
      inject: [CollectionCatalog, RemovedVersions],
      useFactory: (opened: CollectionCatalog, removed: RemovedVersions) => new QdrantPointAudit(opened, removed),
    },
    {
      provide: VectorRebuild,
      inject: [CollectionCatalog],
      useFactory: (opened: CollectionCatalog) => new QdrantVectorRebuild(opened),
    },
  ];
}
