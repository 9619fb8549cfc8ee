import type { CandidateContent, IndexChange, IndexQuery, LaneCandidate, Overlay } from './index-point.js';
import type { Literal } from '../text/literal-match.js';
import type { MemoryType } from '../model/memory.js';
import type { Namespace } from '../model/namespace.js';

/** A memory near another one in the same session, by creation order. */
export interface SessionNeighbour {
  /** Key of the memory that this one is a neighbour of. */
  readonly of: string;
  readonly key: string;
  /** -1 is the memory just before `of` in its session, +1 just after. */
  readonly offset: number;
}

export interface NeighbourQuery extends Omit<IndexQuery, 'limit'> {
  readonly keys: readonly string[];
  /** Number of memories examined on each side, whether they match the filter or not. */
  readonly reach: number;
}

export interface ContentQuery extends Pick<IndexQuery, 'nowMs'> {
  readonly keys: readonly string[];
}

/** A text to find as it stands, in memories of a type or of all. */
export interface LiteralQuery extends Literal, Pick<IndexQuery, 'limit' | 'nowMs' | 'valid'> {
  readonly type?: MemoryType;
}

export interface LexicalQuery extends IndexQuery {
  /** Distinct analysed terms of the query. */
  readonly terms: readonly string[];
  /** What each term counts, above 0: its part of the score times this. @default 1 */
  readonly weights?: ReadonlyMap<string, number>;
}

/**
 * The full-text lane's index: Okapi BM25 over analysed text, with statistics of the whole namespace. It also returns a
 * match's neighbours in its session, because a match is evidence for them too, and the contents of its points, so that
 * candidates can be ranked before anything is read from the truth.
 */
export abstract class LexicalIndex {
  /** Applies changes in order. Idempotent; a version that is not newer than the held one has no effect. */
  abstract apply(namespace: Namespace, changes: readonly IndexChange[]): Promise<void>;

  /**
   * Returns the `limit` points with the highest BM25 score above 0 among those that match the filter, overlay applied.
   * Document frequencies and lengths count every point of the namespace, expired or not, whatever the filter.
   */
  abstract search(namespace: Namespace, query: LexicalQuery, overlay: Overlay): Promise<readonly LaneCandidate[]>;

  /**
   * Returns the points up to `reach` before and after each key in the same session (none for points without one) that
   * match the filter, overlay applied. Expired points are skipped and do not count towards `reach`.
   */
  abstract neighbours(
    namespace: Namespace,
    query: NeighbourQuery,
    overlay: Overlay,
  ): Promise<readonly SessionNeighbour[]>;

  /**
   * Returns the contents of the points with these keys, in key order, overlay applied; unknown and expired ones are
   * left out.
   */
  abstract contents(namespace: Namespace, query: ContentQuery, overlay: Overlay): Promise<readonly CandidateContent[]>;

  /**
   * Returns the keys of the `limit` oldest points that match the filter, by `id` ascending, overlay applied; fewer only
   * if fewer match. Names memories that no query can be compared with, so it costs what the filter admits, not what the
   * namespace holds.
   */
  abstract matching(namespace: Namespace, query: IndexQuery, overlay: Overlay): Promise<readonly string[]>;

  /**
   * Returns the keys of the `limit` newest points with a payload string that satisfies the query, wherever in the payload;
   * fewer only if fewer do. Undefined when too many would have to be looked at to tell.
   */
  abstract holding(namespace: Namespace, query: LiteralQuery): Promise<readonly string[] | undefined>;

  /** Returns the number of points held for a namespace (0 for an unknown one). */
  abstract count(namespace: Namespace): Promise<number>;

  /** Drops all points of a namespace. */
  abstract clear(namespace: Namespace): Promise<void>;
}
