import type { CandidateContent, IndexChange, IndexQuery, LaneCandidate, Overlay } from './index-point.js';
import type { Namespace } from '../model/namespace.js';

/** A memory near another one in the same session, by creation order. */
export interface SessionNeighbour {
  /** Key of the memory whose neighbourhood this is. */
  readonly of: string;
  readonly key: string;
  /** -1 is the memory just before `of` in its session, +1 just after. */
  readonly offset: number;
}

export interface NeighbourQuery extends Omit<IndexQuery, 'limit'> {
  readonly keys: readonly string[];
  /** How many on each side are looked at, whether they match the filter or not. */
  readonly reach: number;
}

export interface ContentQuery extends Pick<IndexQuery, 'nowMs'> {
  readonly keys: readonly string[];
}

export interface LexicalQuery extends IndexQuery {
  /** Distinct analysed terms of the query. */
  readonly terms: readonly string[];
}

/**
 * The full-text lane's index: Okapi BM25 over analysed text, with statistics of the whole namespace. It also knows
 * what was said before and after, because a match tells about those too, and what its points say, so that candidates
 * can be ranked before anything is read from the truth.
 */
export abstract class LexicalIndex {
  /** Applies changes in order. Idempotent; a version that is not newer than the held one changes nothing. */
  abstract apply(namespace: Namespace, changes: readonly IndexChange[]): Promise<void>;

  /**
   * The `limit` points with the highest BM25 score above 0 among those that match the filter, overlay applied.
   * Document frequencies and lengths count every unexpired-or-not point of the namespace, filter or not.
   */
  abstract search(namespace: Namespace, query: LexicalQuery, overlay: Overlay): Promise<readonly LaneCandidate[]>;

  /**
   * The points up to `reach` before and after each key within the same session (points without one have none) that
   * match the filter, overlay applied. Expired points are no neighbours and no step on the way to one.
   */
  abstract neighbours(
    namespace: Namespace,
    query: NeighbourQuery,
    overlay: Overlay,
  ): Promise<readonly SessionNeighbour[]>;

  /** What the points with these keys say, in the order of the keys, overlay applied; without those unknown or expired. */
  abstract contents(namespace: Namespace, query: ContentQuery, overlay: Overlay): Promise<readonly CandidateContent[]>;

  /** Points held for a namespace (0 for an unknown one). */
  abstract count(namespace: Namespace): Promise<number>;

  /** Forgets everything of a namespace. */
  abstract clear(namespace: Namespace): Promise<void>;
}
