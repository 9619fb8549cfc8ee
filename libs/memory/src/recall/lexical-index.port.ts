import type { IndexChange, IndexQuery, LaneCandidate, Overlay } from './index-point.js';

export interface LexicalQuery extends IndexQuery {
  /** Distinct analysed terms of the query. */
  readonly terms: readonly string[];
}

/** The full-text lane's index: Okapi BM25 over analysed text, with statistics of the whole namespace. */
export abstract class LexicalIndex {
  /** Applies changes in order. Idempotent; a version that is not newer than the held one changes nothing. */
  abstract apply(namespace: string, changes: readonly IndexChange[]): Promise<void>;

  /**
   * The `limit` points with the highest BM25 score above 0 among those that match the filter, overlay applied.
   * Document frequencies and lengths count every unexpired-or-not point of the namespace, filter or not.
   */
  abstract search(namespace: string, query: LexicalQuery, overlay: Overlay): Promise<readonly LaneCandidate[]>;

  /** Points held for a namespace (0 for an unknown one). */
  abstract count(namespace: string): Promise<number>;

  /** Forgets everything of a namespace. */
  abstract clear(namespace: string): Promise<void>;
}
