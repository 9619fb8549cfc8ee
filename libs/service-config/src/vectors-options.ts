import type { VectorsOptions } from '@sfm/composition';
import type { AppConfig } from '@sfm/config';

/** Returns Qdrant when the configuration has its address, otherwise the in-process index. */
export function vectorsOptions({ qdrant }: AppConfig): VectorsOptions {
  const { url, host, port, apiKey, tls, tlsCertFile: caFile, timeoutMs } = qdrant;
  if (url === undefined && host === undefined) return { kind: 'embedded' };
  const { sharedCollection, indexedFields, collection, extraCollection } = qdrant;
  return {
    kind: 'qdrant',
    connection: { url, host, port, apiKey, tls, caFile, timeoutMs },
    sharedCollection,
    indexedFields,
    mirrors: [collection, extraCollection].filter((name) => name !== undefined),
  };
}
