import type { OverlayOptions } from '@sfm/memory';
import type { IndexingOptions } from '../indexing/indexing-options.js';

/** One recall must not send a whole backlog to a remote model; a local one answers in microseconds. */
const MAX_REMOTE_OVERLAY_EMBEDDINGS = 64;
/** For short memories, about 80 MB and 0.2 s per recall. An indexer outage must not exhaust memory. */
const MAX_OVERLAY_POINTS = 10_000;

/** How many memories that are not indexed yet one recall searches directly. */
export function overlayBounds({ embedder, vectors }: IndexingOptions): OverlayOptions {
  return {
    maxEmbedded: embedder.kind === 'hash' ? Infinity : MAX_REMOTE_OVERLAY_EMBEDDINGS,
    maxPoints: vectors.kind === 'embedded' ? Infinity : MAX_OVERLAY_POINTS,
  };
}
