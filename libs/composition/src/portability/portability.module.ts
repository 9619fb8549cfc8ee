import { Module, type DynamicModule } from '@nestjs/common';
import {
  Embedder,
  ExportService,
  ExportSource,
  ImportanceNormalizers,
  ImportService,
  ImportTarget,
  MemoryTelemetry,
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
          inject: [ExportSource, MemoryTelemetry],
          useFactory: (source: ExportSource, telemetry: MemoryTelemetry) => new ExportService(source, telemetry),
        },
        {
          provide: ImportService,
          inject: [ImportTarget, ImportanceNormalizers, NamespaceLock, Embedder, MemoryTelemetry],
          useFactory: (
            target: ImportTarget,
            normalizers: ImportanceNormalizers,
            lock: NamespaceLock,
            embeddings: Embedder,
            telemetry: MemoryTelemetry,
          ) => new ImportService({ target, normalizers, lock, embeddings, telemetry }, rules),
        },
      ],
      exports: [ExportService, ImportService],
    };
  }
}
