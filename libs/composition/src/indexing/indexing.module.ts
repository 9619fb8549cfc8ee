import { Module, type DynamicModule } from '@nestjs/common';
import type { AppConfig } from '@sfm/config';
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
import { backendsOf } from '../settings/backends.js';
import { keepsEmbeddings } from './kept-embeddings.js';

/**
 * What applies changes: `Indexer` and the normaliser of importances, on the adapters that the given modules bind. Indexes inside the process are changed by the events; an index of words beside a shared vector index
 * follows the ledger instead, because every process has its own.
 */
@Module({})
export class IndexingModule {
  /** @param projections what else follows the events */
  static register(
    config: AppConfig,
    adapters: readonly DynamicModule[],
    projections: readonly ProjectionIndex[] = [],
  ): DynamicModule {
    const shared = backendsOf(config).vectors !== 'embedded';
    return {
      module: IndexingModule,
      imports: [...adapters],
      providers: [
        {
          provide: Indexer,
          inject: [ProjectionSource, VectorIndex, Embedder, MemoryTelemetry, ...(shared ? [] : [LexicalIndex])],
          useFactory: (
            source: ProjectionSource,
            vectors: VectorIndex,
            embedder: Embedder,
            telemetry: MemoryTelemetry,
            lexical?: LexicalIndex,
          ) =>
            new Indexer(source, [...projections, ...(lexical ? [lexical] : []), vectors], embedder, telemetry, {
              keepsEmbeddings: keepsEmbeddings(config, embedder),
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
