import type { JsonObject, JsonValue } from '../model/json.js';
import type { Namespace } from '../model/namespace.js';

/** Effect of a change: the `type` of an event and of its ledger row. */
export type MemoryEventType = 'created' | 'updated' | 'deleted' | 'linked' | 'unlinked';

/**
 * The envelope on the event bus: exactly the fields of `schemas/memory.event.json`.
 * `payload` carries `coordinate` and `memory_type` beside the memory's own fields.
 */
export interface MemoryEvent {
  readonly event_id: string;
  readonly id: string;
  readonly namespace: string;
  readonly type: string;
  /** ISO 8601 UTC in our own events; other producers may send epoch seconds. */
  readonly timestamp: string | number;
  readonly payload: JsonValue;
  readonly importance?: number;
  readonly embedding?: readonly number[];
  readonly model_revision?: string;
}

/** An event whose namespace has been checked, when it was created or decoded. */
export interface CheckedEvent extends MemoryEvent {
  readonly namespace: Namespace;
}

/**
 * Data that accompanies our own events, so that the memory can be restored from them: JSON in a header of the record.
 * Times are epoch milliseconds.
 */
export interface EnvelopeDetails {
  /** Values of the caller's payload under names that the envelope uses. */
  readonly own: JsonObject;
  readonly memory_id: number | null;
  readonly created_version: number | null;
  readonly created_at: number | null;
  readonly updated_at: number | null;
  readonly expires_at: number | null;
  /** See `validityToJson`; absent for a memory that always holds. */
  readonly validity?: JsonObject;
  readonly importance_norm: number;
  readonly content_hash: string | null;
  /** True when another producer published the event: its own record is on the bus too. */
  readonly announced: boolean;
}

/**
 * An event and its accompanying data: the ordering key, the version it created and the details to restore the memory
 * from (both absent from other producers), and the W3C trace context of its cause (absent when that was not traced).
 */
export interface EventRecord {
  readonly event: CheckedEvent;
  /** Canonical coordinate key of the memory. */
  readonly key: string;
  readonly version?: number;
  readonly details?: EnvelopeDetails;
  readonly traceparent?: string;
}
