import type { Embedder } from '@sfm/memory';
import type { VectorsOptions } from './indexing-options.js';

/** Stores embeddings in the truth when computing them is slow, or when an in-process index is rebuilt from them. */
export function keepsEmbeddings(vectors: Pick<VectorsOptions, 'kind'>, embedder: Embedder): boolean {
  return vectors.kind === 'embedded' || !embedder.isQuick;
}
