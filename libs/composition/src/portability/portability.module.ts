import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import {
  Embedder,
  ExportService,
  ExportSource,
  GivenVectorService,
  ImportanceNormalizers,
  ImportanceStates,
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
import { SmallHeapExportService, SmallHeapImportService } from './small-heap.js';

/** Provides `ExportService`, `ImportService`, `GivenVectorService` and `NamespaceCopyService`, built on the exports of the given module (see `IndexingModule`). */
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
          useFactory: (source: ExportSource, telemetry: MemoryTelemetry) =>
            new SmallHeapExportService(source, telemetry),
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
          ) => new SmallHeapImportService({ target, normalizers, lock, embeddings, telemetry }, rules),
        },
        {
          provide: GivenVectorService,
          inject: [ImportTarget, ImportanceNormalizers, Embedder],
          useFactory: (target: ImportTarget, normalizers: ImportanceNormalizers, embeddings: Embedder) =>
            new GivenVectorService({ target, normalizers, embeddings }, rules),
        },
        namespaceCopies(rules),
      ],
      exports: [ExportService, ImportService, GivenVectorService, NamespaceCopyService],
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
  ImportanceStates,
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
        ImportanceStates,
        NamespaceLock,
      ],
      Embedder,
    ],
    useFactory: (...[source, target, copies, moves, store, policies, importances, lock, embeddings]: CopyPorts) =>
      new NamespaceCopyService(
        { source, target, copies, moves, store, policies, importances, lock, embeddings },
        rules,
      ),
  };
}
