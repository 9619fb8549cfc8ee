import type { LedgerEntry } from '../event-model/ledger-entry.js';
import type { Namespace } from '../model/namespace.js';

/** A ledger row that is not sufficient to restore a memory. */
export interface UnreadableEntry {
  readonly id: string;
  readonly namespace: Namespace;
  readonly key: string;
  /** For people. */
  readonly reason: string;
}

export interface LedgerBatch {
  readonly entries: readonly LedgerEntry[];
  readonly unreadable: readonly UnreadableEntry[];
}

/** Reads the ledger to rebuild the truth from it. */
export abstract class LedgerReader {
  /** Returns the highest creation id in the ledger; 0 when there is none. */
  abstract highestMemoryId(): Promise<number>;

  /** Yields the newest change of every coordinate that has one, deletions included, in batches. */
  abstract scanNewest(batchSize: number): AsyncIterable<LedgerBatch>;

  /**
   * Yields the newest change of every link that was ever made, `linked` or `unlinked`: all of so many coordinates at once, which
   * links lead from.
   */
  abstract scanLinks(coordinates: number): AsyncIterable<readonly LedgerEntry[]>;
}
