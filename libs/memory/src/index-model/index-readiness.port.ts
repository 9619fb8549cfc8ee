/** An index of recall, by the name of the lane that searches it. */
export type RecallIndexName = 'lexical' | 'vector';

/** Reports when the in-process indexes may be searched. */
export abstract class IndexReadiness {
  /**
   * Resolves when all indexes hold everything that was committed before the call and is not in the overlay.
   *
   * @throws IndexUnavailableError while they are being filled; StoreUnavailableError.
   */
  abstract whenReady(): Promise<void>;

  /**
   * Resolves when at least one index may be searched, with the names of those that may not because they are still being
   * filled. The others hold everything that was committed before the call and is not in the overlay.
   *
   * @throws IndexUnavailableError while none may be searched; StoreUnavailableError.
   */
  abstract whenSearchable(): Promise<ReadonlySet<RecallIndexName>>;
}
