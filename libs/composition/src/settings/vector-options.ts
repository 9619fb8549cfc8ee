import type { AppConfig } from '@sfm/config';
import type { QdrantConnectionOptions, VectorModuleOptions } from '@sfm/vector';
import { backendsOf } from './backends.js';
import { embeddingModule } from './embedding-options.js';

/** Where the vector index lives. */
export function vectorOptions(config: AppConfig): VectorModuleOptions {
  if (backendsOf(config).vectors === 'embedded') return { kind: 'embedded', dimension: config.embedding.dimension };
  const { sharedCollection, indexedFields, collection, extraCollection } = config.qdrant;
  return {
    kind: 'qdrant',
    connection: qdrantConnection(config),
    embedding: embeddingModule(config),
    sharedCollection,
    indexedFields,
    mirrors: [collection, extraCollection].filter((name) => name !== undefined),
  };
}

/** How to reach the Qdrant of the configuration. */
export function qdrantConnection({ qdrant }: AppConfig): QdrantConnectionOptions {
  const { url, host, port, apiKey, tls, tlsCertFile: caFile, timeoutMs } = qdrant;
  return { url, host, port, apiKey, tls, caFile, timeoutMs };
}
