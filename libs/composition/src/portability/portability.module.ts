import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import {
  Embedder,
  ExportService,
  ExportSource,
  ImportanceNormalizers,
  ImportService,
  ImportTarget,
  MemoryTelemetry,
  NamespaceCopies,
  NamespaceCopyService,
  NamespaceLock,
  NamespaceMoves,
  NamespaceStore,
  RetentionPolicies,
  type ImportRules,
} from '@sfm/memory';

/** Provides `ExportService`, `ImportService` and `NamespaceCopyService`, built on the exports of the given module (see `IndexingModule`). */
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
        namespaceCopies(rules),
      ],
      exports: [ExportService, ImportService, NamespaceCopyService],
    };
  }
}

type CopyPorts = readonly [
  ExportSource,
  ImportTarget,
  NamespaceCopies,
  NamespaceMoves,
  NamespaceStore,
  RetentionPolicies,
  NamespaceLock,
  Embedder,
];

function namespaceCopies(rules: ImportRules): FactoryProvider {
  return {
    provide: NamespaceCopyService,
    inject: [
      ...[
        ExportSource,
        ImportTarget,
        NamespaceCopies,
        NamespaceMoves,
        NamespaceStore,
        RetentionPolicies,
        NamespaceLock,
      ],
      Embedder,
    ],
    useFactory: (...[source, target, copies, moves, store, policies, lock, embeddings]: CopyPorts) =>
      new NamespaceCopyService({ source, target, copies, moves, store, policies, lock, embeddings }, rules),
  };
}
