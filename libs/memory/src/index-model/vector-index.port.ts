import type { IndexChange, IndexQuery, LaneCandidate, Overlay } from './index-point.js';
import type { Namespace } from '../model/namespace.js';

export interface VectorQuery extends IndexQuery {
  /** Unit length, in the index's embedding space. */
  readonly vector: Float32Array;
}

/**
 * The vector lane's index: a projection of the truth that can be dropped and rebuilt. One instance holds vectors of one
 * embedding space only.
 */
export abstract class VectorIndex {
  /** Applies changes in order. Idempotent; a version that is not newer than the held one has no effect. */
  abstract apply(namespace: Namespace, changes: readonly IndexChange[]): Promise<void>;

  /**
   * Returns the `limit` points with the highest cosine similarity among those that match the filter, overlay applied;
   * fewer only if fewer match. `score` is the cosine, -1..1.
   */
  abstract search(namespace: Namespace, query: VectorQuery, overlay: Overlay): Promise<readonly LaneCandidate[]>;

  /** Returns the number of points held for a namespace (0 for an unknown one). */
  abstract count(namespace: Namespace): Promise<number>;

  /** Drops all points of a namespace. */
  abstract clear(namespace: Namespace): Promise<void>;
}
