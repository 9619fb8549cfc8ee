import { LRUCache } from 'lru-cache';
import type { WriteCommand, WriteReceipt } from '../../store/memory-writer.port.js';
import type { SearchedRow } from '../projection/projection-source.port.js';

/** Most writes kept, and most characters of payload and text: older ones are dropped even if the follower lags. */
export interface RecentWritesBounds {
  readonly maxWrites: number;
  readonly maxCharacters: number;
}

const DEFAULT_BOUNDS: RecentWritesBounds = { maxWrites: 20_000, maxCharacters: 32 * 1024 * 1024 };

/** The truth may store a session name longer than this in another form. */
const MAX_SESSION_LENGTH = 128;

interface RecentWrite {
  readonly row: SearchedRow;
  /** Ascending in the order of `note`. */
  readonly number: number;
}

/**
 * Keeps this process's recent writes in the form that a lexical index needs, until the ledger reports them as
 * committed. This avoids reading them back; a write that is not here is read from the truth.
 */
export class RecentWrites {
  /** By event id. `peek` keeps the order, so that the oldest is evicted first. */
  private readonly writes: LRUCache<string, RecentWrite>;
  private noted = 0;

  constructor({ maxWrites, maxCharacters }: RecentWritesBounds = DEFAULT_BOUNDS) {
    this.writes = new LRUCache({ max: maxWrites, maxSize: maxCharacters });
  }

  /** Keeps committed writes; receipts in the order of their commands. */
  note(commands: readonly WriteCommand[], receipts: readonly WriteReceipt[]): void {
    for (const [index, command] of commands.entries()) {
      const receipt = receipts[index];
      if (receipt && !receipt.hasValidity && isKeptAsSent(command)) this.keep(command, receipt);
    }
  }

  /** Returns and removes the row written by an event of the ledger; undefined when it is not here. */
  take(eventId: string): SearchedRow | undefined {
    const write = this.writes.peek(eventId);
    this.writes.delete(eventId);
    return write?.row;
  }

  /** Number of the latest noted write, to pass to `forget`. */
  get mark(): number {
    return this.noted;
  }

  /** Drops writes noted up to a mark: the ledger reported them before they were noted, so they will not be taken. */
  forget(mark: number): void {
    for (;;) {
      const [oldest] = this.writes.rvalues();
      if (oldest === undefined || oldest.number > mark) return;
      this.writes.pop();
    }
  }

  private keep(command: WriteCommand, receipt: WriteReceipt): void {
    const characters = command.payloadJson.length + command.searchedText.length;
    const write = { row: toSearchedRow(command, receipt), number: ++this.noted };
    this.writes.set(command.eventId.toLowerCase(), write, { size: characters });
  }
}

/** Returns whether the truth stores the command unchanged; its columns round and shorten some values. */
function isKeptAsSent({ session, expiresAt }: WriteCommand): boolean {
  return expiresAt === null && (session === null || session.length <= MAX_SESSION_LENGTH);
}

function toSearchedRow(command: WriteCommand, { version, id, createdAtMs }: WriteReceipt): SearchedRow {
  const { namespace, key, type, payload, importance, importanceNorm, session, searchedText } = command;
  const content = { key, id, version, type, createdAtMs, payload, importance, importanceNorm, session };
  return {
    namespace,
    key,
    version,
    content: { ...content, expiresAtMs: null, searchedText },
  };
}
