import type { Embedder } from '@sfm/memory';
import type { VectorsOptions } from './indexing-options.js';

/** Embeddings are kept in the truth where making them is slow, and where an index in the process begins anew from them. */
export function keepsEmbeddings(vectors: Pick<VectorsOptions, 'kind'>, embedder: Embedder): boolean {
  return vectors.kind === 'embedded' || !embedder.isQuick;
}
