import type { Coordinate } from '../model/coordinate.js';
import type { JsonObject } from '../model/json.js';
import type { MemoryType } from '../model/memory.js';
import type { Namespace } from '../model/namespace.js';

/**
 * One change of a memory's content, whole: what the ledger keeps of it, and enough to make the memory again as the change
 * left it. Times are epoch milliseconds.
 */
export interface LedgerEntry {
  /** Identity of the ledger row. */
  readonly id: string;
  /** Identity of the event, as its producer named it. */
  readonly eventId: string;
  readonly namespace: Namespace;
  /** `created`, `updated` or `deleted`. */
  readonly type: string;
  readonly occurredAtMs: number;
  /** True when another producer announced it on the event bus. */
  readonly isAnnounced: boolean;
  readonly coordinate: Coordinate;
  readonly key: string;
  /** The version it made; null for a deletion that found nothing, and changed nothing. */
  readonly version: number | null;
  readonly memoryType: MemoryType | null;
  /** What the caller sent; an empty object for a deletion. */
  readonly payload: JsonObject;
  readonly importance: number | null;
  readonly importanceNorm: number;
  /** Hex; null for a deletion. */
  readonly contentHash: string | null;
  readonly expiresAtMs: number | null;
  /** `Memory.id`; null, like all that follow, when the change found nothing. */
  readonly memoryId: number | null;
  /** The version that began the life of the memory. */
  readonly createdVersion: number | null;
  readonly createdAtMs: number | null;
  readonly updatedAtMs: number | null;
}
