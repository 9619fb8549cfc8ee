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
  readonly characters: number;
}

/**
 * What this process has written lately, as an index of words needs it, until the ledger tells that it was committed. It
 * spares reading back what is known; a write that is not here (any more) is read from the truth.
 */
export class RecentWrites {
  /** By event, oldest first. */
  private readonly writes = new Map<string, RecentWrite>();
  private characters = 0;
  private noted = 0;

  constructor(private readonly bounds: RecentWritesBounds = DEFAULT_BOUNDS) {}

  /** Keeps committed writes; receipts in the order of their commands. */
  note(commands: readonly WriteCommand[], receipts: readonly WriteReceipt[]): void {
    for (const [index, command] of commands.entries()) {
      const receipt = receipts[index];
      if (receipt && isKeptAsSent(command)) this.keep(command, receipt);
    }
  }

  /** Hands out what an event of the ledger wrote, once; undefined when it is not known here. */
  take(eventId: string): SearchedRow | undefined {
    const write = this.writes.get(eventId);
    if (write) this.drop(eventId, write);
    return write?.row;
  }

  /** What was noted so far; for `forget`. */
  get mark(): number {
    return this.noted;
  }

  /** Drops what was noted up to a mark: the ledger told of it before it was noted, so nobody will ask. */
  forget(mark: number): void {
    for (const [eventId, write] of this.writes) {
      if (write.number > mark) return;
      this.drop(eventId, write);
    }
  }

  private keep(command: WriteCommand, receipt: WriteReceipt): void {
    const characters = command.payloadJson.length + command.searchedText.length;
    const number = ++this.noted;
    this.writes.set(command.eventId.toLowerCase(), { row: toSearchedRow(command, receipt), number, characters });
    this.characters += characters;
    for (const [eventId, oldest] of this.writes) {
      if (this.writes.size <= this.bounds.maxWrites && this.characters <= this.bounds.maxCharacters) return;
      this.drop(eventId, oldest);
    }
  }

  private drop(eventId: string, { characters }: RecentWrite): void {
    this.writes.delete(eventId);
    this.characters -= characters;
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
