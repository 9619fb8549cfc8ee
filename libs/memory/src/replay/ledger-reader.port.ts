import type { LedgerEntry } from '../event-model/ledger-entry.js';
import type { Namespace } from '../model/namespace.js';

/** A ledger row that no memory can be made from. */
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

/** The ledger as something to make the truth from. */
export abstract class LedgerReader {
  /** The highest creation id that the ledger knows; 0 when it knows none. */
  abstract highestMemoryId(): Promise<number>;

  /** The newest change of every coordinate that has one, deletions included, in batches. */
  abstract scanNewest(batchSize: number): AsyncIterable<LedgerBatch>;
}
