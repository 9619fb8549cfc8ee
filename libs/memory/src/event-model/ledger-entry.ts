import type { Coordinate } from '../model/coordinate.js';
import type { JsonObject } from '../model/json.js';
import type { MemoryType } from '../model/memory.js';
import type { Namespace } from '../model/namespace.js';
import type { Validity } from '../model/validity.js';

/**
 * One complete change of a memory's content: everything the ledger stores about it, and enough to restore the memory as
 * the change left it. Times are epoch milliseconds.
 */
export interface LedgerEntry {
  /** Identity of the ledger row. */
  readonly id: string;
  /** Identity of the event, as named by its producer. */
  readonly eventId: string;
  readonly namespace: Namespace;
  /** `created`, `updated` or `deleted`; `linked` or `unlinked` for a link that leads from the coordinate. */
  readonly type: string;
  readonly occurredAtMs: number;
  /** True when another producer published it on the event bus. */
  readonly isAnnounced: boolean;
  readonly coordinate: Coordinate;
  readonly key: string;
  /** The version that the change created; null for a deletion that found nothing, and for a change of a link. */
  readonly version: number | null;
  readonly memoryType: MemoryType | null;
  /** The caller's payload; an empty object for a deletion; all that a link is made of. */
  readonly payload: JsonObject;
  readonly importance: number | null;
  readonly importanceNorm: number;
  /** Hex; null for a deletion. */
  readonly contentHash: string | null;
  readonly expiresAtMs: number | null;
  /** Absent for a memory that always holds. */
  readonly validity?: Validity;
  /** `Memory.id`; null, like all fields below, when the change found nothing. */
  readonly memoryId: number | null;
  /** The version in which the memory was created. */
  readonly createdVersion: number | null;
  readonly createdAtMs: number | null;
  readonly updatedAtMs: number | null;
}
