/** An index of recall, by the name of the lane that searches it. */
export type RecallIndexName = 'lexical' | 'vector';

/** Which indexes recall must do without, wholly or in part; it names them in its answer. */
export interface Searchable {
  /** Must not be searched. */
  readonly unsearched: ReadonlySet<RecallIndexName>;
  /** May be searched, and lack some memories. */
  readonly incomplete: ReadonlySet<RecallIndexName>;
}

/** Reports when the in-process indexes may be searched. */
export abstract class IndexReadiness {
  /**
   * Resolves when all indexes hold everything that was committed before the call and is not in the overlay.
   *
   * @throws IndexUnavailableError while they are being filled; StoreUnavailableError.
   */
  abstract whenReady(): Promise<void>;

  /**
   * Resolves when at least one index may be searched: at once, or after a moment in which an index may well be filled.
   * Indexes that the answer does not name hold everything that was committed before the call and is not in the overlay.
   *
   * @throws IndexUnavailableError when none may be searched; StoreUnavailableError.
   */
  abstract whenSearchable(): Promise<Searchable>;
}
