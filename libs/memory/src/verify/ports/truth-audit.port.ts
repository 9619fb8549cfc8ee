import type { Coordinate } from '../../model/coordinate.js';
import type { JsonObject } from '../../model/json.js';
import type { MemoryType } from '../../model/memory.js';
import type { Namespace } from '../../model/namespace.js';
import type { Validity } from '../../model/validity.js';
import type { LinkId } from './derived-tables.port.js';

/** The row of a coordinate in the truth, as read by verification; a deleted one has no payload. */
export interface AuditedRow {
  readonly coordinate: Coordinate;
  readonly version: number;
  readonly indexedVersion: number;
  readonly isDeleted: boolean;
  readonly type: MemoryType;
  readonly payload: JsonObject | null;
  readonly importance: number | null;
  /** SHA-256 (hex) as stored; null for a deleted memory. */
  readonly contentHash: string | null;
  readonly importanceNorm: number;
  /** `Memory.id` */
  readonly id: number;
  readonly createdVersion: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly expiresAtMs: number | null;
  readonly validity?: Validity;
  /** Null for a memory that is not deleted. */
  readonly deletedAtMs: number | null;
  readonly searchedText: string;
  readonly session: string | null;
  readonly embedding: { readonly space: string; readonly vector: Float32Array } | null;
  /** Seconds since the last write. */
  readonly ageSeconds: number;
}

/** The newest ledger row of a coordinate. Values that an earlier version did not record are null. */
export interface AuditedEntry {
  readonly version: number;
  readonly type: string;
  readonly memoryType: string | null;
  readonly coordinate: Coordinate | null;
  /** The caller's payload; null when it cannot be recovered from a row written by an earlier version. */
  readonly payload: JsonObject | null;
  readonly importance: number | null;
  readonly importanceNorm: number | null;
  readonly contentHash: string | null;
  readonly memoryId: number | null;
  readonly createdVersion: number | null;
  readonly createdAtMs: number | null;
  readonly updatedAtMs: number | null;
  readonly expiresAtMs: number | null;
  readonly validity?: Validity;
}

/** How far ledger rows are what was written; see ADR 0021. The first few of each are named. */
export interface LedgerProofs<Name> {
  /** Rows whose content is not what was hashed when they were written. */
  readonly altered: readonly Name[];
  /** Number of rows from before rows were hashed. */
  readonly unhashed: number;
}

/** The ledger's data about a coordinate; rows are named by their version. */
export interface AuditedLedger extends LedgerProofs<number> {
  /** Rows written after another row of the version before than the one that is there. */
  readonly unlinked: readonly number[];
  readonly events: number;
  /** Lowest version; 1 when nothing is missing, unless the coordinate begins with an import. */
  readonly lowest: number;
  /**
   * True when the lowest version was written as the first one that the coordinate ever had: it is hashed, and its hash
   * covers no version before. So it is with memories that were imported with the version they had elsewhere.
   */
  readonly isBeginning: boolean;
  readonly newest: AuditedEntry;
  /** The first few versions that have no event. */
  readonly missing: readonly number[];
}

/** A coordinate with its row and its ledger data, both read at one instant. */
export interface AuditedCoordinate {
  readonly namespace: Namespace;
  readonly key: string;
  /** Null when only the ledger has the coordinate. */
  readonly row: AuditedRow | null;
  /** Null when the ledger does not have the coordinate. */
  readonly ledger: AuditedLedger | null;
}

export interface TruthTotals {
  /** Rows of `memories`, those of deleted memories included. */
  readonly rows: number;
  readonly events: number;
  readonly links: number;
}

/** A dead-lettered event that could not be published. */
export interface AuditedDeadLetter {
  readonly eventId: string;
  readonly key: string;
  readonly reason: string;
}

/** A link of which the table and the newest row of the ledger do not say the same, both read at one instant. */
export interface DisputedLink extends LinkId {
  /**
   * `missing`: only the ledger has it, and its memories live; `unrecorded`: only the table has it; `differing`: in what it is
   * made of.
   */
  readonly dispute: 'missing' | 'unrecorded' | 'differing';
}

/** The truth and its ledger, as read by verification. Read-only. */
export abstract class TruthAudit {
  /** Returns every namespace that has memories, events or links, or is registered. */
  abstract namespaces(): Promise<readonly { readonly name: Namespace; readonly isRegistered: boolean }[]>;

  abstract totals(namespace: Namespace): Promise<TruthTotals>;

  /** Yields every coordinate in the rows or the ledger, by key, in batches. Each batch is read at one instant. */
  abstract scan(namespace: Namespace, batchSize: number): AsyncIterable<readonly AuditedCoordinate[]>;

  /**
   * Returns the current state of the given coordinates, read at one instant; those in neither rows nor ledger are left
   * out.
   */
  abstract read(namespace: Namespace, keys: readonly string[]): Promise<readonly AuditedCoordinate[]>;

  /**
   * Yields the disputed links, those of so many coordinates at once, and nothing for coordinates without any. Left out are
   * links that lead nowhere, which are derived data, and what other producers said of links.
   */
  abstract scanLinks(namespace: Namespace, coordinates: number): AsyncIterable<readonly DisputedLink[]>;

  /**
   * Returns what is known of the ledger rows of a namespace that created no version: they are not about content, or
   * changed nothing. They are named by their event id.
   */
  abstract unversionedEvents(namespace: Namespace): Promise<{ readonly count: number } & LedgerProofs<string>>;

  /** Returns the dead-lettered events of a namespace in the outbox: the oldest few, oldest first, and the total. */
  abstract deadLetters(
    namespace: Namespace,
  ): Promise<{ readonly events: readonly AuditedDeadLetter[]; readonly count: number }>;
}
