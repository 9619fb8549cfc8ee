import type { DeleteReceipt } from '../store/memory-writer.port.js';

/** The memories whose `expiresAt` is past: no read returns them any more, but they are still stored. */
export abstract class ExpiredMemories {
  /**
   * Deletes one of them per given event id, as far as there are so many, in one transaction, the longest expired first,
   * exactly as a caller's deletion would: each leaves a tombstone, a ledger row and an event of that id, by which it
   * leaves every index and cache. Any number of processes may call it at once; none waits for another or for a writer.
   * Resolves with the deletions.
   *
   * @throws StoreUnavailableError
   */
  abstract remove(eventIds: readonly string[]): Promise<readonly DeleteReceipt[]>;
}
