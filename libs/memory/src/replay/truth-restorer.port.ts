import type { CoordinateId } from '../indexing/projection/indexer.js';
import type { LedgerEntry } from '../event-model/ledger-entry.js';
import type { RestoredLink } from './restored-link.js';

/** A ledger entry with the values derived from its payload. */
export interface RestoredEntry extends LedgerEntry {
  /** JSON text of the payload, on one line. */
  readonly payloadJson: string;
  readonly searchedText: string;
  readonly session: string | null;
}

export interface Restored {
  /** Entries that were new to the ledger. */
  readonly entries: number;
  /** Memories that were changed to match an entry. */
  readonly memories: readonly CoordinateId[];
  /**
   * Entries whose version was created by a different change here: the two histories diverged. Nothing of them was
   * written.
   */
  readonly conflicts: readonly RestoredEntry[];
}

/** Writes the truth during a replay: restores the results of past changes instead of making new ones. */
export abstract class TruthRestorer {
  /**
   * Reserves creation ids up to this one for the memories that have them: memories stored from now on get higher ids.
   *
   * @throws StoreUnavailableError
   */
  abstract reserveIds(highest: number): Promise<void>;

  /**
   * Adds missing entries to the ledger, and restores the memory of every coordinate that is older than its newest
   * entry: id, version, times, expiry and all other columns. Each changed memory is announced in the outbox like any
   * other change. All in one transaction; calling twice changes nothing.
   *
   * @throws StoreUnavailableError
   */
  abstract restore(entries: readonly RestoredEntry[]): Promise<Restored>;

  /** Returns those of the coordinates whose ledger lacks versions below the version of their memory. */
  abstract lackingVersions(coordinates: readonly CoordinateId[]): Promise<readonly CoordinateId[]>;

  /**
   * Makes links as their newest ledger rows say, in every column, and removes those that were removed. A link is only made
   * where, at either end, the memory lives in the life in which the link was made, and no life ended there since.
   * Resolves with how many were changed; calling twice changes nothing.
   *
   * @throws StoreUnavailableError
   */
  abstract restoreLinks(links: readonly RestoredLink[]): Promise<number>;
}
