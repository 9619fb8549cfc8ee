import type { TermVector } from '../text/term-vector.js';
import type { JsonObject } from '../model/json.js';
import type { IndexLag } from './pending-memories.port.js';
import type { MemoryFilter, Filterable } from '../model/filter.js';
import type { ValidityQuery, ValidityTimes } from '../model/validity.js';

/** A memory as the derived indexes hold it. */
export interface IndexPoint extends Filterable {
  readonly key: string;
  /** `Memory.id`: creation order, the final tie-breaker. */
  readonly id: number;
  readonly version: number;
  readonly payload: JsonObject;
  /** As `Memory.importance`. */
  readonly importance: number | null;
  /** 0..1, see `Memory.importanceNorm`. */
  readonly importanceNorm: number;
  /** The session it belongs to; null for none. */
  readonly session: string | null;
  /** Epoch milliseconds after which the memory must not be found; null = never. */
  readonly expiresAtMs: number | null;
  /** When it holds; absent for always. */
  readonly validity?: ValidityTimes;
  /** Unit-length embedding in the index's space; null when there is none (nothing to embed). */
  readonly vector: Float32Array | null;
  readonly text: TermVector;
  /** Makes `text` with turns of the event loop for others; absent where that takes no time. */
  readonly analyze?: () => Promise<void>;
}

/** The content of a memory that decides its rank, in addition to the lanes' signals. */
export type CandidateContent = Pick<
  IndexPoint,
  'key' | 'id' | 'version' | 'type' | 'createdAtMs' | 'payload' | 'importance' | 'importanceNorm' | 'validity'
> & {
  /** When the content was last written, epoch milliseconds; only where the truth was read. */
  readonly writtenAtMs?: number;
};

/** Data that a lexical index needs of a memory, with the text to analyse. */
export interface SearchedContent extends CandidateContent {
  readonly session: string | null;
  readonly expiresAtMs: number | null;
  readonly searchedText: string;
}

/**
 * A change that the indexer applies to an index. Versions at or below the one the index holds for the key are ignored.
 */
export type IndexChange =
  | { readonly kind: 'upsert'; readonly point: IndexPoint }
  | { readonly kind: 'remove'; readonly key: string; readonly version: number };

/**
 * Changes that are committed but not yet in the index. A search must answer as if they had been applied: the index's
 * own entries for keys in `hidden` are ignored, and `points` are searched with the same statistics as the rest. Every
 * key of `points` is also in `hidden`.
 */
export interface Overlay {
  readonly hidden: ReadonlySet<string>;
  readonly points: readonly IndexPoint[];
  /**
   * True when vectors of some pending changes are missing: vector search finds their old state, or nothing.
   *
   * @default false
   */
  readonly isPartial?: boolean;
  /**
   * Indexes that are not there: recall must not search them, nor take their contents for current ones.
   *
   * @default none
   */
  readonly unsearched?: ReadonlySet<string>;
  /**
   * Indexes that lack some memories: what they hold is current.
   *
   * @default none
   */
  readonly incomplete?: ReadonlySet<string>;
  /**
   * How far the indexes are behind; the changes are in `hidden` and `points`, as far as they are searched.
   *
   * @default not at all
   */
  readonly lag?: IndexLag;
}

export const EMPTY_OVERLAY: Overlay = { hidden: new Set(), points: [] };

/** Parameters that the searches of both lanes share. */
export interface IndexQuery {
  /** At most this many candidates, best first. */
  readonly limit: number;
  readonly filter?: MemoryFilter;
  /** Time against which expiry is checked, epoch milliseconds. */
  readonly nowMs: number;
  /** Only memories that hold then; all when absent. */
  readonly valid?: ValidityQuery;
  /**
   * Called when the search ends before it has seen everything that may match, because that would have no bound: a short
   * answer then does not mean that there is no more.
   */
  readonly onCutShort?: () => void;
}

/** A key that a lane proposes with the lane's own signal, best first; ties by `id` ascending. */
export interface LaneCandidate {
  readonly key: string;
  readonly score: number;
}
