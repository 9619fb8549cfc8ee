import type { Namespace } from '../../model/namespace.js';

/** A link, identified by its primary key. */
export interface LinkId {
  readonly from: string;
  readonly to: string;
  readonly type: string;
}

/** What a memory is found by, made of the payload of one of its versions. */
export interface DerivedText {
  readonly key: string;
  readonly version: number;
  readonly searchedText: string;
  readonly session: string | null;
}

/** Tables and columns that are derived from the truth and can be repaired. */
export abstract class DerivedTables {
  /** Returns links of a namespace from or to a coordinate without a stored memory. */
  abstract danglingLinks(namespace: Namespace): Promise<readonly LinkId[]>;

  /** Removes those of the given links that are dangling at that moment. Resolves with the number removed. */
  abstract removeDanglingLinks(namespace: Namespace, links: readonly LinkId[]): Promise<number>;

  /**
   * Writes the texts of memories that still have the version given, and marks these memories as neither embedded nor
   * indexed.
   */
  abstract rewriteTexts(namespace: Namespace, texts: readonly DerivedText[]): Promise<void>;

  /** Registers a namespace. */
  abstract register(namespace: Namespace): Promise<void>;
}
