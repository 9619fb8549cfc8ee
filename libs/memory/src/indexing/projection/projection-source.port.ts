import type { Memory } from '../../model/memory.js';
import type { SearchedContent } from '../../index-model/index-point.js';
import type { Namespace } from '../../model/namespace.js';
import type { TruthExtent } from '../room/index-cost.js';

/** The current row of a coordinate as the indexer needs it; a deleted one has no memory. */
export interface ProjectionRow {
  readonly namespace: Namespace;
  readonly key: string;
  readonly version: number;
  readonly indexedVersion: number;
  readonly memory: Memory | null;
  readonly searchedText: string;
  readonly session: string | null;
  /** The stored embedding and its space; null when it was not embedded yet or its embedding is not stored. */
  readonly embedding: { readonly space: string; readonly vector: Float32Array } | null;
}

/** The current row of a coordinate as a lexical index needs it, a fraction of a `ProjectionRow`. */
export interface SearchedRow {
  readonly namespace: Namespace;
  readonly key: string;
  readonly version: number;
  /** Null for a deleted memory. */
  readonly content: SearchedContent | null;
}

export interface IndexedMark {
  readonly namespace: Namespace;
  readonly key: string;
  readonly version: number;
  /** Embedding computed while indexing; undefined keeps the row's own (or none, when deleted). */
  readonly embedding?: { readonly space: string; readonly vector: Float32Array };
  /**
   * For a removal: `indexedVersion` of the row when it was read. An index server keeps nothing of a removed point, so the
   * older version of another indexer, marked meanwhile, may have been written after the removal.
   */
  readonly removedFrom?: number;
}

/** Reads and marks the truth for indexing. */
export abstract class ProjectionSource {
  /** Returns current rows, tombstones included; unknown coordinates are left out. */
  abstract rows(
    keys: readonly { readonly namespace: Namespace; readonly key: string }[],
  ): Promise<readonly ProjectionRow[]>;

  /** Returns the same rows in the form that a lexical index needs. */
  abstract searchedRows(
    keys: readonly { readonly namespace: Namespace; readonly key: string }[],
  ): Promise<readonly SearchedRow[]>;

  /**
   * Raises `indexed_version` (never lowers it) and stores embeddings of rows whose version is still the marked one.
   * Resolves with the marks that did not have the index to themselves, so that what they stand for may have been
   * overwritten in it: a newer version was marked before, or any other one between the reading of a row and the mark of
   * its removal.
   */
  abstract markIndexed(
    marks: readonly IndexedMark[],
  ): Promise<readonly { readonly namespace: Namespace; readonly key: string }[]>;

  /** Yields every live row that is marked as indexed, in batches, to fill a new in-process index. */
  abstract scanIndexed(batchSize: number): AsyncIterable<readonly ProjectionRow[]>;

  /** Yields every live row, indexed or not, in batches, to fill a new lexical index. */
  abstract scanSearched(batchSize: number): AsyncIterable<readonly SearchedRow[]>;

  /** Yields every live row of a namespace, indexed or not, in batches, to fill a new vector index. */
  abstract scanNamespace(namespace: Namespace, batchSize: number): AsyncIterable<readonly ProjectionRow[]>;

  /** Returns how much lives in the truth; the size of payloads is that of a sample. */
  abstract extent(): Promise<TruthExtent>;

  /** Marks rows as not indexed, so that recall scores them itself until they are indexed again. */
  abstract reopen(keys: readonly { readonly namespace: Namespace; readonly key: string }[]): Promise<void>;

  /** Counts the memories of all namespaces with a change that is not indexed; of more than 100,000 as many. */
  abstract countUnindexed(): Promise<number>;

  /** Returns the age in seconds of the oldest write that is not indexed; 0 when all are. */
  abstract oldestUnindexedAgeSeconds(): Promise<number>;
}
