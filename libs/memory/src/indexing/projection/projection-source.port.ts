import type { Memory } from '../../model/memory.js';
import type { SearchedContent } from '../../index-model/index-point.js';
import type { Namespace } from '../../model/namespace.js';

/** The current row of a coordinate as the indexer needs it; a deleted one has no memory. */
export interface ProjectionRow {
  readonly namespace: Namespace;
  readonly key: string;
  readonly version: number;
  readonly indexedVersion: number;
  readonly memory: Memory | null;
  readonly searchedText: string;
  readonly session: string | null;
  /** The stored embedding and its space, null when there is none: it was not embedded yet, or its embedding not kept. */
  readonly embedding: { readonly space: string; readonly vector: Float32Array } | null;
}

/** The current row of a coordinate as an lexical index needs it, a fraction of the other. */
export interface SearchedRow {
  readonly namespace: Namespace;
  readonly key: string;
  readonly version: number;
  /** null: deleted. */
  readonly content: SearchedContent | null;
}

export interface IndexedMark {
  readonly namespace: Namespace;
  readonly key: string;
  readonly version: number;
  /** Embedding made while indexing; undefined keeps what the row has (or none, when deleted). */
  readonly embedding?: { readonly space: string; readonly vector: Float32Array };
}

/** What indexing reads from and notes in the truth. */
export abstract class ProjectionSource {
  /** Current rows, tombstones included; unknown coordinates are left out. */
  abstract rows(
    keys: readonly { readonly namespace: Namespace; readonly key: string }[],
  ): Promise<readonly ProjectionRow[]>;

  /** The same rows for an lexical index. */
  abstract searchedRows(
    keys: readonly { readonly namespace: Namespace; readonly key: string }[],
  ): Promise<readonly SearchedRow[]>;

  /**
   * Raises `indexed_version` (never lowers it) and stores embeddings of rows whose version is still the marked one.
   * Resolves with the marks that came too late: a newer version was marked before, so what was just indexed may have
   * been put over it.
   */
  abstract markIndexed(
    marks: readonly IndexedMark[],
  ): Promise<readonly { readonly namespace: Namespace; readonly key: string }[]>;

  /** Every live row that is marked as indexed, in batches: what a fresh in-process index starts from. */
  abstract scanIndexed(batchSize: number): AsyncIterable<readonly ProjectionRow[]>;

  /** Every live row, indexed or not, in batches: what a fresh lexical index starts from. */
  abstract scanSearched(batchSize: number): AsyncIterable<readonly SearchedRow[]>;

  /** Every live row of a namespace, indexed or not, in batches: what a new vector index is filled from. */
  abstract scanNamespace(namespace: Namespace, batchSize: number): AsyncIterable<readonly ProjectionRow[]>;

  /** Makes rows count as not indexed, so that recall scores them itself until they are indexed again. */
  abstract reopen(keys: readonly { readonly namespace: Namespace; readonly key: string }[]): Promise<void>;

  /** Age in seconds of the oldest write that is not indexed; 0 when everything is. */
  abstract oldestUnindexedAgeSeconds(): Promise<number>;
}
