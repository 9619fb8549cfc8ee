import { nextTurn } from '../../attempts/turns.js';
import { searchedText } from '../../text/searched-text.js';
import type { CollapsedHit, RecallHit } from '../contract/recall.types.js';
import { similarity, sketchOf, type Sketch } from './near-duplicates.js';

/** Comparisons between two turns of the event loop: about a millisecond. */
const COMPARISONS_PER_TURN = 2000;

interface Kept {
  readonly hit: RecallHit;
  readonly sketch: Sketch;
  readonly collapsed: CollapsedHit[];
}

export interface CollapseOptions {
  /** Share of shingles from which two hits count as one, 0 to 1. */
  readonly threshold: number;
  readonly textFields: readonly string[];
}

/**
 * Leaves of near duplicates the best one, which names the others. Each hit is compared with the ones that are kept, best
 * first, and belongs to the first that it resembles; equal payloads belong together whatever they hold. Depends on the
 * hits and their order alone.
 */
export async function collapseHits(
  hits: readonly RecallHit[],
  { threshold, textFields }: CollapseOptions,
): Promise<readonly RecallHit[]> {
  const kept: Kept[] = [];
  let comparisons = 0;
  for (const hit of hits) {
    const sketch = sketchOf(searchedText(hit.memory.payload, textFields));
    comparisons += kept.length;
    if (comparisons >= COMPARISONS_PER_TURN) {
      comparisons = 0;
      await nextTurn();
    }
    const [found, alike] = mostAlike(kept, { hit, sketch }, threshold);
    if (found) found.collapsed.push({ memory: hit.memory, score: hit.score, similarity: alike });
    else kept.push({ hit, sketch, collapsed: [] });
  }
  return kept.map(({ hit, collapsed }) => (collapsed.length > 0 ? { ...hit, collapsed } : hit));
}

function mostAlike(
  kept: readonly Kept[],
  { hit, sketch }: Pick<Kept, 'hit' | 'sketch'>,
  threshold: number,
): readonly [Kept | undefined, number] {
  for (const other of kept) {
    const isEqual = other.hit.memory.contentHash === hit.memory.contentHash;
    const alike = isEqual ? 1 : similarity(other.sketch, sketch);
    if (alike >= threshold) return [other, alike];
  }
  return [undefined, 0];
}
