import type { FactoryProvider } from '@nestjs/common';
import {
  Indexer,
  LexicalIndex,
  MemoryCatalog,
  NamespaceCatalogService,
  NamespaceRemovalService,
  NamespaceStore,
  PendingMemories,
  ProjectionSource,
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
    inject: [NamespaceStore, PendingMemories, VectorIndex, LexicalIndex, ProjectionSource, Indexer],
    useFactory: (
      store: NamespaceStore,
      pending: PendingMemories,
      vectors: VectorIndex,
      lexical: LexicalIndex,
      source: ProjectionSource,
      indexer: Indexer,
    ) => new NamespaceRemovalService({ store, pending, vectors, lexical, source, indexer }),
  },
];
