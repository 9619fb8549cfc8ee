import type { AppConfig } from '@sfm/config';
import type { Embedder } from '@sfm/memory';
import { backendsOf } from '../settings/backends.js';

/** Embeddings are kept in the truth where making them is slow, and where an index in the process begins anew from them. */
export function keepsEmbeddings(config: AppConfig, embedder: Embedder): boolean {
  return backendsOf(config).vectors === 'embedded' || !embedder.isQuick;
}
