import type { Embedder } from '../../index-model/embedder.port.js';
import type { LaneCandidate, Overlay } from '../../index-model/index-point.js';
import type { VectorIndex } from '../../index-model/vector-index.port.js';
import { queryFocus } from '../../text/query-focus.js';
import type { RecallRequest } from '../contract/recall.types.js';
import { indexQuery } from './index-query.js';
import type { Lane, LaneSearch } from './lane.js';

/** Finds memories by the embedding of the query. Its own signal is the cosine. */
export class VectorLane implements Lane {
  readonly name = 'vector';
  readonly isInProcess = false;
  readonly signalsOf = vectorSignals;

  constructor(
    private readonly index: Pick<VectorIndex, 'search'>,
    private readonly embedder: Embedder,
  ) {}

  /** The query is embedded once, while the overlay is being read; of a long one what it asks, because models read little. */
  open({ query }: RecallRequest): LaneSearch {
    const embedding = this.embedder.embed([queryFocus(query).focus]);
    embedding.catch(() => undefined);
    return {
      propose: async (search, limit) => {
        const [vector] = await embedding;
        return vector
          ? this.index.search(search.namespace, { ...indexQuery(search, limit, this.name), vector }, search.overlay)
          : [];
      },
    };
  }

  lacksSomeOf({ isPartial = false }: Overlay): boolean {
    return isPartial;
  }
}

/** Candidates beyond are so far away that their order says nothing. */
const NEAREST = 40;
/** The nearest has 1, the tenth about a half. */
const HALVING = 9;
/** Cosines that differ by no more are equal: they were added up in another order. */
const SAME = 1e-6;

/**
 * Returns by key how near a candidate is among others, 0 where the cosine is not positive: cosines of one embedder have
 * another scale than those of the next, and of one query another than those of the next. Alone they stand as they are.
 */
export function vectorSignals(nearest: readonly LaneCandidate[], isAlone = false): ReadonlyMap<string, number> {
  if (isAlone) return new Map(nearest.map(({ key, score }) => [key, Math.max(0, score)]));
  const signals = new Map<string, number>();
  let place = 0;
  for (const [index, { key, score }] of nearest.entries()) {
    // What is equally near has the same place.
    if (nearest[place]!.score - score > SAME) place = index;
    signals.set(key, score > 0 && place < NEAREST ? (HALVING + 1) / (HALVING + 1 + place) : 0);
  }
  return signals;
}
