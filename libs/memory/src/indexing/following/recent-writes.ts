import { LRUCache } from 'lru-cache';
import type { WriteCommand, WriteReceipt } from '../../store/memory-writer.port.js';
import type { SearchedRow } from '../projection/projection-source.port.js';

/** Writes that are kept at most, and characters of payload and text: a follower that lags is not waited for. */
export interface RecentWritesBounds {
  readonly maxWrites: number;
  readonly maxCharacters: number;
}

const DEFAULT_BOUNDS: RecentWritesBounds = { maxWrites: 20_000, maxCharacters: 32 * 1024 * 1024 };

/** A session name longer than this may be kept in another form by the truth. */
const MAX_SESSION_LENGTH = 128;

interface RecentWrite {
  readonly row: SearchedRow;
  /** Numbers grow in the order of noting. */
  readonly number: number;
}

/**
 * What this process has written lately, as an lexical index needs it, until the ledger tells that it was committed. It
 * spares reading back what is known; a write that is not here (any more) is read from the truth.
 */
export class RecentWrites {
  /** By event. Reading one leaves it where it is, so that the oldest goes first. */
  private readonly writes: LRUCache<string, RecentWrite>;
  private noted = 0;

  constructor({ maxWrites, maxCharacters }: RecentWritesBounds = DEFAULT_BOUNDS) {
    this.writes = new LRUCache({ max: maxWrites, maxSize: maxCharacters });
  }

  /** Keeps committed writes; receipts in the order of their commands. */
  note(commands: readonly WriteCommand[], receipts: readonly WriteReceipt[]): void {
    for (const [index, command] of commands.entries()) {
      const receipt = receipts[index];
      if (receipt && isKeptAsSent(command)) this.keep(command, receipt);
    }
  }

  /** Hands out what an event of the ledger wrote, once; undefined when it is not known here. */
  take(eventId: string): SearchedRow | undefined {
    const write = this.writes.peek(eventId);
    this.writes.delete(eventId);
    return write?.row;
  }

  /** What was noted so far; for `forget`. */
  get mark(): number {
    return this.noted;
  }

  /** Drops what was noted up to a mark: the ledger told of it before it was noted, so nobody will ask. */
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

/** The truth rounds and shortens what its columns cannot hold. */
function isKeptAsSent({ session, expiresAt }: WriteCommand): boolean {
  return expiresAt === null && (session === null || session.length <= MAX_SESSION_LENGTH);
}

function toSearchedRow(command: WriteCommand, { version, id, createdAtMs }: WriteReceipt): SearchedRow {
  const { namespace, key, type, payload, importanceNorm, session, searchedText } = command;
  return {
    namespace,
    key,
    version,
    content: { key, id, version, type, createdAtMs, payload, importanceNorm, session, expiresAtMs: null, searchedText },
  };
}
