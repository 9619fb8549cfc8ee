import type { FactoryProvider } from '@nestjs/common';
import {
  ExportSource,
  Indexer,
  LexicalIndex,
  MemoryCatalog,
  NamespaceCatalogService,
  NamespaceLock,
  NamespaceMoves,
  NamespaceRemovalService,
  NamespaceRenameService,
  NamespaceStore,
  PendingMemories,
  ProjectionSource,
  RetentionPolicies,
  VectorIndex,
} from '@sfm/memory';

/** What is done with namespaces as a whole. */
export const namespaceProviders: readonly FactoryProvider[] = [
  {
    provide: NamespaceCatalogService,
    inject: [NamespaceStore, MemoryCatalog],
    useFactory: (store: NamespaceStore, catalog: MemoryCatalog) => new NamespaceCatalogService(store, catalog),
  },
  {
    provide: NamespaceRemovalService,
    inject: [NamespaceStore, PendingMemories, VectorIndex, LexicalIndex, ProjectionSource, Indexer, NamespaceLock],
    useFactory: (...[store, pending, vectors, lexical, source, indexer, lock]: RemovalPorts) =>
      new NamespaceRemovalService({ store, pending, vectors, lexical, source, indexer, lock }),
  },
  {
    provide: NamespaceRenameService,
    inject: [
      ...[NamespaceMoves, ExportSource, NamespaceStore, RetentionPolicies, PendingMemories],
      ...[NamespaceRemovalService, NamespaceLock],
    ],
    useFactory: (...[moves, source, store, policies, pending, removal, lock]: RenamePorts) =>
      new NamespaceRenameService({ moves, source, store, policies, pending, removal, lock }),
  },
];

type RemovalPorts = readonly [
  NamespaceStore,
  PendingMemories,
  VectorIndex,
  LexicalIndex,
  ProjectionSource,
  Indexer,
  NamespaceLock,
];

type RenamePorts = readonly [
  NamespaceMoves,
  ExportSource,
  NamespaceStore,
  RetentionPolicies,
  PendingMemories,
  NamespaceRemovalService,
  NamespaceLock,
];
