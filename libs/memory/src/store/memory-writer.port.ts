import type { Coordinate } from '../model/coordinate.js';
import type { JsonObject } from '../model/json.js';
import type { MemoryType } from '../model/memory.js';
import type { Namespace } from '../model/namespace.js';
import type { WritePosition } from '../model/write-position.js';
import type { Validity } from '../model/validity.js';

/** A validated write with everything the truth stores about it. */
export interface WriteCommand {
  readonly namespace: Namespace;
  readonly coordinate: Coordinate;
  readonly key: string;
  readonly type: MemoryType;
  readonly payload: JsonObject;
  /** JSON text of the payload, on one line. */
  readonly payloadJson: string;
  readonly searchedText: string;
  /** Value of the payload's session field, null when it has none. */
  readonly session: string | null;
  readonly importance: number | null;
  readonly importanceNorm: number;
  readonly contentHash: string;
  readonly expiresAt: Date | null;
  /** What the caller says; absent for a memory that always holds. Whether others supersede it stays as it is. */
  readonly validity?: Validity;
  /** See `NewMemory.isTakenOver`. */
  readonly isTakenOver?: boolean;
  /** Identity of this write's ledger row and event: UUIDv7, so that its index grows at one end. */
  readonly eventId: string;
  /**
   * The version required at the coordinate, 0 for none (never written, deleted or expired); absent when any is allowed.
   * For several commands on one coordinate, each is compared with the result of those before it.
   */
  readonly expectedVersion?: number;
  /**
   * The version with which the memory was deleted or, where it has expired, its newest: the write takes that back, and the
   * life of the memory goes on. Such a command expects version 0, and comes alone.
   */
  readonly revives?: number;
  /** W3C trace context of the request; travels with the event. Absent when the request is not traced. */
  readonly traceparent?: string;
}

export interface WriteReceipt {
  readonly key: string;
  readonly version: number;
  /** True when no live memory was at the coordinate before. */
  readonly created: boolean;
  /** `Memory.id` */
  readonly id: number;
  /** When the memory at the coordinate was created, epoch milliseconds. */
  readonly createdAtMs: number;
  /** Where the transaction of the write stands in the ledger; absent where that is not known. */
  readonly position?: WritePosition;
  /** True when the memory does not always hold, by itself or because another supersedes it. */
  readonly hasValidity?: boolean;
}

export interface DeleteReceipt {
  readonly namespace: Namespace;
  readonly key: string;
  /** The version that the deletion created. */
  readonly version: number;
  /** As in `WriteReceipt`. */
  readonly position?: WritePosition;
}

export interface DeleteCommand {
  readonly namespace: Namespace;
  readonly key: string;
  readonly eventId: string;
  /** The version required at the coordinate; absent when any is allowed. */
  readonly expectedVersion?: number;
}

/** Writes the truth: memory, ledger row and outbox row in one transaction. */
export abstract class MemoryWriter {
  /**
   * Writes all commands in one transaction, or none. Several commands for one coordinate apply in order, each with its
   * own version and ledger row. Resolves after commit, receipts in command order.
   *
   * Memories that a write supersedes, or supersedes no more, get a version that says so in the same transaction; as do
   * those that a deletion sets free.
   *
   * A write that failed changes nothing later: once this has rejected, what is acknowledged afterwards, by any process,
   * stays. Writes and deletions of one coordinate happen in the order of the calls.
   *
   * @throws VersionConflictError when a command expects a version other than the current one; none was written.
   * @throws InvalidRequestError when a command supersedes what does not live in its namespace, or itself in a roundabout way
   * @throws StoreUnavailableError when PostgreSQL does not answer; nothing was written for certain.
   * @throws OutcomeUnknownError when PostgreSQL did not answer what was sent: all was written, or none.
   */
  abstract write(commands: readonly WriteCommand[]): Promise<readonly WriteReceipt[]>;

  /**
   * Deletes the memories at the given coordinates in one transaction; returns a receipt for each that was live.
   *
   * @throws VersionConflictError when a command expects a version other than the current one; nothing was deleted.
   * @throws StoreUnavailableError and OutcomeUnknownError, as `write`
   */
  abstract delete(commands: readonly DeleteCommand[]): Promise<readonly DeleteReceipt[]>;
}
