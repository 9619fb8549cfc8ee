import { Module, type DynamicModule } from '@nestjs/common';
import {
  Embedder,
  ExportService,
  ExportSource,
  ImportanceNormalizers,
  ImportService,
  ImportTarget,
  NamespaceLock,
  type ImportRules,
} from '@sfm/memory';

/** Provides `ExportService` and `ImportService`, built on the exports of the given module (see `IndexingModule`). */
@Module({})
export class PortabilityModule {
  static register(memory: DynamicModule, rules: ImportRules): DynamicModule {
    return {
      module: PortabilityModule,
      imports: [memory],
      providers: [
        {
          provide: ExportService,
          inject: [ExportSource],
          useFactory: (source: ExportSource) => new ExportService(source),
        },
        {
          provide: ImportService,
          inject: [ImportTarget, ImportanceNormalizers, NamespaceLock, Embedder],
          useFactory: (
            target: ImportTarget,
            normalizers: ImportanceNormalizers,
            lock: NamespaceLock,
            embeddings: Embedder,
          ) => new ImportService({ target, normalizers, lock, embeddings }, rules),
        },
      ],
      exports: [ExportService, ImportService],
    };
  }
}
