import type { Coordinate } from '../../model/coordinate.js';
import type { JsonObject } from '../../model/json.js';
import type { MemoryType } from '../../model/memory.js';
import type { Namespace } from '../../model/namespace.js';

/** The row of a coordinate in the truth, as verification sees it; a deleted one has no payload. */
export interface AuditedRow {
  readonly coordinate: Coordinate;
  readonly version: number;
  readonly indexedVersion: number;
  readonly isDeleted: boolean;
  readonly type: MemoryType;
  readonly payload: JsonObject | null;
  readonly importance: number | null;
  /** SHA-256 (hex) as it is stored; null for a deleted memory. */
  readonly contentHash: string | null;
  readonly importanceNorm: number;
  /** `Memory.id` */
  readonly id: number;
  readonly createdVersion: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly expiresAtMs: number | null;
  readonly searchedText: string;
  readonly embedding: { readonly space: string; readonly vector: Float32Array } | null;
  /** Seconds since the last write. */
  readonly ageSeconds: number;
}

/** The newest ledger row of a coordinate. What an earlier version did not note is null. */
export interface AuditedEntry {
  readonly version: number;
  readonly type: string;
  readonly memoryType: string | null;
  readonly coordinate: Coordinate | null;
  /** What was sent; null when that cannot be told from what an earlier version wrote. */
  readonly payload: JsonObject | null;
  readonly importance: number | null;
  readonly importanceNorm: number | null;
  readonly contentHash: string | null;
  readonly memoryId: number | null;
  readonly createdVersion: number | null;
  readonly createdAtMs: number | null;
  readonly updatedAtMs: number | null;
  readonly expiresAtMs: number | null;
}

/** What the ledger says about a coordinate. */
export interface AuditedLedger {
  readonly events: number;
  /** Lowest version; 1 when nothing is missing. */
  readonly lowest: number;
  readonly newest: AuditedEntry;
  /** The first few versions that have no event. */
  readonly missing: readonly number[];
}

/** A coordinate with its row and its ledger, both of one instant. */
export interface AuditedCoordinate {
  readonly namespace: Namespace;
  readonly key: string;
  /** Null when only the ledger knows the coordinate. */
  readonly row: AuditedRow | null;
  /** Null when the ledger does not know the coordinate. */
  readonly ledger: AuditedLedger | null;
}

export interface TruthTotals {
  /** Rows of `memories`, those of deleted memories included. */
  readonly rows: number;
  readonly events: number;
  readonly links: number;
}

/** An event that waits aside because it could not be published. */
export interface AuditedDeadLetter {
  readonly eventId: string;
  readonly key: string;
  readonly reason: string;
}

/** The truth and its ledger, as verification reads them. Nothing here changes anything. */
export abstract class TruthAudit {
  /** Every namespace that has memories, events or links, or is registered. */
  abstract namespaces(): Promise<readonly { readonly name: Namespace; readonly isRegistered: boolean }[]>;

  abstract totals(namespace: Namespace): Promise<TruthTotals>;

  /** Every coordinate that the rows or the ledger know, by key, in batches. Each batch is of one instant. */
  abstract scan(namespace: Namespace, batchSize: number): AsyncIterable<readonly AuditedCoordinate[]>;

  /** The given coordinates as they are now, of one instant; those that neither rows nor ledger know are left out. */
  abstract read(namespace: Namespace, keys: readonly string[]): Promise<readonly AuditedCoordinate[]>;

  /** How many ledger rows of a namespace made no version: they are not about what a memory says, or changed nothing. */
  abstract unversionedEvents(namespace: Namespace): Promise<number>;

  /** Events of a namespace that were dead-lettered in the outbox, oldest first: the first few, and how many. */
  abstract deadLetters(
    namespace: Namespace,
  ): Promise<{ readonly events: readonly AuditedDeadLetter[]; readonly count: number }>;
}
