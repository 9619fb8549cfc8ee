import type { EmbedderOptions } from './indexing-options.js';

/** What the hash embedder makes when nothing is said. */
export const DEFAULT_DIMENSION = 768;

/** Numbers in a vector of the embedder. */
export function dimensionOf({ dimension = DEFAULT_DIMENSION }: EmbedderOptions): number {
  return dimension;
}
