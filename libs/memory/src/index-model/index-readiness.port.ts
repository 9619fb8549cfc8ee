/** Reports when the in-process indexes may be searched. */
export abstract class IndexReadiness {
  /**
   * Resolves when the indexes hold everything that was committed before the call and is not in the overlay.
   *
   * @throws IndexUnavailableError while they are being filled; StoreUnavailableError.
   */
  abstract whenReady(): Promise<void>;
}
