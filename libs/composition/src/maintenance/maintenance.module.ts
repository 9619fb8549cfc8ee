import { Module, type DynamicModule } from '@nestjs/common';
import {
  ChangeFeed,
  DerivedTables,
  Embedder,
  Indexer,
  NamespaceLock,
  type PayloadFields,
  PointAudit,
  ProjectionSource,
  ReindexService,
  TruthAudit,
  VectorRebuild,
  VerifyService,
} from '@sfm/memory';

/** Provides `VerifyService` and `ReindexService`, built on the exports of the given module (see `IndexingModule`). */
@Module({})
export class MaintenanceModule {
  /** @param fields what the texts of memories are made of */
  static register(indexing: DynamicModule, fields: PayloadFields): DynamicModule {
    return {
      module: MaintenanceModule,
      imports: [indexing],
      providers: [
        {
          provide: VerifyService,
          inject: [TruthAudit, PointAudit, DerivedTables, NamespaceLock, ProjectionSource, Indexer, Embedder],
          useFactory: (
            truth: TruthAudit,
            points: PointAudit,
            tables: DerivedTables,
            lock: NamespaceLock,
            source: ProjectionSource,
            indexer: Indexer,
            embedder: Embedder,
          ) => new VerifyService({ truth, points, tables, lock, source, indexer, embedder, fields }),
        },
        {
          provide: ReindexService,
          inject: [
            NamespaceLock,
            VectorRebuild,
            ProjectionSource,
            ChangeFeed,
            TruthAudit,
            Embedder,
            Indexer,
            VerifyService,
          ],
          useFactory: (
            lock: NamespaceLock,
            rebuild: VectorRebuild,
            source: ProjectionSource,
            feed: ChangeFeed,
            truth: TruthAudit,
            embedder: Embedder,
            indexer: Indexer,
            verifier: VerifyService,
          ) => new ReindexService({ lock, rebuild, source, feed, truth, embedder, indexer, verifier }),
        },
      ],
      exports: [VerifyService, ReindexService],
    };
  }
}
