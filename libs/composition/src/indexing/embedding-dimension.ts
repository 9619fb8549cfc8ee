import type { EmbedderOptions } from './indexing-options.js';

/** Default dimension of the hash embedder. */
export const DEFAULT_DIMENSION = 768;

/** Dimension of the embedder's vectors. */
export function dimensionOf({ dimension = DEFAULT_DIMENSION }: EmbedderOptions): number {
  return dimension;
}
