import type { JsonObject, JsonValue } from '../model/json.js';
import type { Namespace } from '../model/namespace.js';

/** What a change did: the `type` of an event and of its ledger row. */
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
  /** ISO 8601 UTC when we produce it; other producers may send epoch seconds. */
  readonly timestamp: string | number;
  readonly payload: JsonValue;
  readonly importance?: number;
  readonly embedding?: readonly number[];
  readonly model_revision?: string;
}

/** An event whose namespace was checked, when it was made or when it was decoded. */
export interface CheckedEvent extends MemoryEvent {
  readonly namespace: Namespace;
}

/**
 * What an event of ours says beside its payload, so that the memory can be made again from it: as JSON, in a header of its
 * record. Times are epoch milliseconds.
 */
export interface EnvelopeDetails {
  /** What the caller's payload has under names that the envelope uses. */
  readonly own: JsonObject;
  readonly memory_id: number | null;
  readonly created_version: number | null;
  readonly created_at: number | null;
  readonly updated_at: number | null;
  readonly expires_at: number | null;
  readonly importance_norm: number;
  readonly content_hash: string | null;
  /** True when another producer announced the event: its own record is on the bus too. */
  readonly announced: boolean;
}

/**
 * An event with what travels beside it: the ordering key, the version it made, what it takes to make the memory again (both
 * absent from foreign producers) and the W3C trace context of what caused it (absent when that was not traced).
 */
export interface EventRecord {
  readonly event: CheckedEvent;
  /** Canonical coordinate key of the memory it is about. */
  readonly key: string;
  readonly version?: number;
  readonly details?: EnvelopeDetails;
  readonly traceparent?: string;
}
