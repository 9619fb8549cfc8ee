import type { JsonValue } from './json.js';

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

/**
 * An event with what travels beside it: the ordering key, the version it made (absent from foreign producers) and the
 * W3C trace context of what caused it (absent when that was not traced).
 */
export interface EventRecord {
  readonly event: MemoryEvent;
  /** Canonical coordinate key of the memory it is about. */
  readonly key: string;
  readonly version?: number;
  readonly traceparent?: string;
}
