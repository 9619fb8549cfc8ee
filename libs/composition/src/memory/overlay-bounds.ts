import type { OverlayOptions } from '@sfm/memory';
import type { IndexingOptions } from '../indexing/indexing-options.js';

/** A remote model must not be asked for a whole backlog by one recall; a local one answers in microseconds. */
const MAX_REMOTE_OVERLAY_EMBEDDINGS = 64;
/** About 80 MB and 0.2 s of a recall for short memories. An outage of the indexer must not fill the memory. */
const MAX_OVERLAY_POINTS = 10_000;

/** How much of what is not indexed yet one recall looks through by itself. */
export function overlayBounds({ embedder, vectors }: IndexingOptions): OverlayOptions {
  return {
    maxEmbedded: embedder.kind === 'hash' ? Infinity : MAX_REMOTE_OVERLAY_EMBEDDINGS,
    maxPoints: vectors.kind === 'embedded' ? Infinity : MAX_OVERLAY_POINTS,
  };
}
