import type { LedgerEntry } from '../event-model/ledger-entry.js';
import { reasonOf } from '../model/failures.js';
import type { LedgerReader, UnreadableEntry } from './ledger-reader.port.js';
import { toRestoredLink, type RestoredLink } from './restored-link.js';
import type { TruthRestorer } from './truth-restorer.port.js';

const COORDINATES_PER_READ = 200;
const LINKS_PER_BATCH = 500;

export interface LinkReplayListener {
  onUnreadable(entry: UnreadableEntry): void;
}

export interface LinkReplayOutcome {
  /** Links that were ever made. */
  readonly read: number;
  /** Links that were made, changed or removed. */
  readonly restored: number;
  readonly unreadable: number;
}

/**
 * Makes links again what the ledger says of them. A replay of memories comes first: a link is made again only between
 * memories in the lives in which it was made, so that one that went with a memory stays away, even where the memory was
 * restored since.
 */
export class LinkReplay {
  constructor(
    private readonly ledger: Pick<LedgerReader, 'scanLinks'>,
    private readonly restorer: Pick<TruthRestorer, 'restoreLinks'>,
  ) {}

  /** Can be interrupted and run again at any time. @throws StoreUnavailableError */
  async replay(listener: LinkReplayListener): Promise<LinkReplayOutcome> {
    const totals = { read: 0, restored: 0, unreadable: 0 };
    for await (const entries of this.ledger.scanLinks(COORDINATES_PER_READ)) {
      const links = entries.flatMap((entry) => {
        const link = readable(entry, listener);
        return link ? [link] : [];
      });
      totals.read += entries.length;
      totals.unreadable += entries.length - links.length;
      for (let from = 0; from < links.length; from += LINKS_PER_BATCH) {
        totals.restored += await this.restorer.restoreLinks(links.slice(from, from + LINKS_PER_BATCH));
      }
    }
    return totals;
  }
}

function readable(entry: LedgerEntry, listener: LinkReplayListener): RestoredLink | undefined {
  try {
    return toRestoredLink(entry);
  } catch (error) {
    const { id, namespace, key } = entry;
    listener.onUnreadable({ id, namespace, key, reason: `its link cannot be told: ${reasonOf(error)}` });
    return undefined;
  }
}
