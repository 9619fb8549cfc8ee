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

/** Returns the cosine by key, 0 where it is negative. */
export function vectorSignals(nearest: readonly LaneCandidate[]): ReadonlyMap<string, number> {
  return new Map(nearest.map(({ key, score }) => [key, Math.max(0, score)]));
}
