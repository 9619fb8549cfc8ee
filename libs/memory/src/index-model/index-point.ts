import type { TermVector } from '../text/term-vector.js';
import type { JsonObject } from '../model/json.js';
import type { MemoryFilter, Filterable } from '../model/filter.js';

/** A memory as the derived indexes hold it. */
export interface IndexPoint extends Filterable {
  readonly key: string;
  /** `Memory.id`: creation order, the last word in ties. */
  readonly id: number;
  readonly version: number;
  readonly payload: JsonObject;
  /** 0..1, see `Memory.importanceNorm`. */
  readonly importanceNorm: number;
  /** What it was said in; null = on its own. */
  readonly session: string | null;
  /** Epoch milliseconds after which the memory must not be found; null = never. */
  readonly expiresAtMs: number | null;
  /** Unit-length embedding in the index's space; null when there is none (nothing to embed). */
  readonly vector: Float32Array | null;
  readonly text: TermVector;
}

/** What of a memory its place among the hits depends on, beside what the lanes say. */
export type CandidateContent = Pick<
  IndexPoint,
  'key' | 'id' | 'version' | 'type' | 'createdAtMs' | 'payload' | 'importanceNorm'
>;

/** What an lexical index holds of a memory, and the text whose words these are. */
export interface SearchedContent extends CandidateContent {
  readonly session: string | null;
  readonly expiresAtMs: number | null;
  readonly searchedText: string;
}

/** What the indexer asks an index to apply. Versions at or below what the index holds for the key are ignored. */
export type IndexChange =
  | { readonly kind: 'upsert'; readonly point: IndexPoint }
  | { readonly kind: 'remove'; readonly key: string; readonly version: number };

/**
 * Changes that are committed but not yet in the index. A search must answer as if they had been applied:
 * keys in `hidden` are invisible in the index, `points` are searched with the same statistics as the rest.
 * Every key of `points` is also in `hidden`.
 */
export interface Overlay {
  readonly hidden: ReadonlySet<string>;
  readonly points: readonly IndexPoint[];
  /** True when vectors lack some of what is pending: they find it as it was before, or not at all. @default false */
  readonly isPartial?: boolean;
}

export const EMPTY_OVERLAY: Overlay = { hidden: new Set(), points: [] };

/** What is common to both lanes' searches. */
export interface IndexQuery {
  /** At most this many candidates, best first. */
  readonly limit: number;
  readonly filter?: MemoryFilter;
  /** Epoch milliseconds that expiry is judged by. */
  readonly nowMs: number;
}

/** An id that a lane proposes with the lane's own signal, best first; ties by `id` ascending. */
export interface LaneCandidate {
  readonly key: string;
  readonly score: number;
}
