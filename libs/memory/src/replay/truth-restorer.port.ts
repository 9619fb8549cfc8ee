import type { CoordinateId } from '../indexing/projection/indexer.js';
import type { LedgerEntry } from '../event-model/ledger-entry.js';

/** A ledger entry with what is derived from its payload. */
export interface RestoredEntry extends LedgerEntry {
  /** JSON text of the payload, on one line. */
  readonly payloadJson: string;
  readonly searchedText: string;
  readonly session: string | null;
}

export interface Restored {
  /** Entries that the ledger did not have. */
  readonly entries: number;
  /** Memories that are what an entry says now, and were not before. */
  readonly memories: readonly CoordinateId[];
  /** Entries whose version was made by another change here: the two histories went apart. Nothing of theirs was written. */
  readonly conflicts: readonly RestoredEntry[];
}

/** The truth as a replay writes it: not by new changes, but back to what changes once made. */
export abstract class TruthRestorer {
  /**
   * Keeps creation ids up to this one for the memories that have them: what is stored from now on gets ids above.
   *
   * @throws StoreUnavailableError
   */
  abstract reserveIds(highest: number): Promise<void>;

  /**
   * Gives the ledger the entries that it lacks, and every coordinate whose memory is older than its newest entry the memory
   * of that entry: id, version, times, expiry and all. Each memory that changes is announced in the outbox, as any other
   * change. All in one transaction; calling twice changes nothing.
   *
   * @throws StoreUnavailableError
   */
  abstract restore(entries: readonly RestoredEntry[]): Promise<Restored>;

  /** Those of the coordinates whose ledger lacks versions below the one that their memory has. */
  abstract lackingVersions(coordinates: readonly CoordinateId[]): Promise<readonly CoordinateId[]>;
}
