import type { CoordinateId } from '../indexing/projection/indexer.js';
import type { PayloadFields } from '../model/payload-fields.js';
import type { LedgerReader, UnreadableEntry } from './ledger-reader.port.js';
import { toRestoredEntry } from './restored-entry.js';
import type { TruthRestorer } from './truth-restorer.port.js';

const ENTRIES_PER_BATCH = 500;

/** Receives the progress of a ledger replay. */
export interface LedgerReplayListener {
  /** Memories that were restored and have to be indexed. @param read coordinates so far */
  onRestored(memories: readonly CoordinateId[], read: number): Promise<void>;
  onUnreadable(entry: UnreadableEntry): void;
}

export interface LedgerReplayOutcome {
  /** Coordinates in the ledger. */
  readonly read: number;
  readonly restored: number;
  readonly unreadable: number;
}

/** Restores all columns of memories from the ledger, if they are missing or older than their newest change. */
export class LedgerReplay {
  constructor(
    private readonly ledger: LedgerReader,
    private readonly restorer: TruthRestorer,
    private readonly fields: PayloadFields,
  ) {}

  /** Can be interrupted and run again at any time. @throws StoreUnavailableError */
  async replay(listener: LedgerReplayListener): Promise<LedgerReplayOutcome> {
    const totals = { read: 0, restored: 0, unreadable: 0 };
    await this.restorer.reserveIds(await this.ledger.highestMemoryId());
    for await (const { entries, unreadable } of this.ledger.scanNewest(ENTRIES_PER_BATCH)) {
      const { memories } = await this.restorer.restore(entries.map((entry) => toRestoredEntry(entry, this.fields)));
      totals.read += entries.length + unreadable.length;
      totals.restored += memories.length;
      totals.unreadable += unreadable.length;
      for (const entry of unreadable) listener.onUnreadable(entry);
      await listener.onRestored(memories, totals.read);
    }
    return totals;
  }
}
