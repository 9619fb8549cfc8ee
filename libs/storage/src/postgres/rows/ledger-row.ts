import {
  toEnvelope,
  trustedNamespace,
  type EventRecord,
  type JsonObject,
  type LedgerEntry,
  type MemoryType,
} from '@sfm/memory';
import { epochMs } from './epoch-ms.js';
import { ledgerPayload, payloadOf, type PayloadColumns } from './payload-columns.js';
import { validityOf } from './validity-column.js';

/** How to read the payload of a ledger row: see the migration that added the column. */
export type PayloadForm = 'sent' | 'enriched' | 'unknown';

/** A ledger row as the driver returns `ledgerColumns`. */
export interface LedgerDbRow extends PayloadColumns {
  readonly id: string;
  readonly event_id: string;
  readonly namespace: string;
  readonly type: string;
  /** Epoch seconds. */
  readonly timestamp: number;
  readonly payload_form: PayloadForm;
  readonly announced: boolean;
  readonly coordinate_key: string;
  readonly coordinate: number[];
  readonly memory_type: MemoryType | null;
  readonly version: number | null;
  readonly importance: number | null;
  readonly importance_norm: number | null;
  readonly content_hash: string | null;
  readonly memory_id: number | null;
  readonly created_version: number | null;
  readonly created_at_ms: number | null;
  readonly updated_at_ms: number | null;
  readonly expires_at_ms: number | null;
  readonly validity: JsonObject | null;
}

/** Returns the columns of a ledger entry, for a table with this alias. */
export function ledgerColumns(alias: string): string {
  const names = ['id', 'event_id', 'namespace', 'type', '"timestamp"', 'payload_form', 'announced'];
  const more = ['coordinate_key', 'coordinate', 'memory_type', 'version', 'importance', 'importance_norm'];
  return [
    ...[...names, ...more, 'created_version', 'validity'].map((name) => `${alias}.${name}`),
    ledgerPayload(alias),
    `encode(${alias}.content_hash, 'hex') AS content_hash`,
    `${alias}.memory_id::float8 AS memory_id`,
    ...['created_at', 'updated_at', 'expires_at'].map((name) => `${epochMs(`${alias}.${name}`)} AS ${name}_ms`),
  ].join(', ');
}

/** Converts a row whose payload is what was sent. */
export function toLedgerEntry(row: LedgerDbRow): LedgerEntry {
  return {
    id: row.id,
    eventId: row.event_id,
    namespace: trustedNamespace(row.namespace),
    type: row.type,
    occurredAtMs: Math.round(row.timestamp * 1000),
    isAnnounced: row.announced,
    coordinate: row.coordinate,
    key: row.coordinate_key,
    version: row.version,
    memoryType: row.memory_type,
    payload: payloadOf(row),
    importance: row.importance,
    importanceNorm: row.importance_norm ?? 0,
    contentHash: row.content_hash,
    expiresAtMs: row.expires_at_ms,
    ...validityOf(row.validity),
    memoryId: row.memory_id,
    createdVersion: row.created_version,
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
  };
}

/**
 * Converts a ledger row to its event. A row of an earlier version is already enriched, and has no other information.
 */
export function toEventRecord(row: LedgerDbRow): EventRecord {
  if (row.payload_form === 'sent') return toEnvelope(toLedgerEntry(row));
  return {
    event: {
      event_id: row.event_id,
      id: row.id,
      namespace: trustedNamespace(row.namespace),
      type: row.type,
      timestamp: new Date(Math.round(row.timestamp * 1000)).toISOString(),
      payload: payloadOf(row),
      ...(row.importance === null ? {} : { importance: row.importance }),
    },
    key: row.coordinate_key,
    ...(row.version === null ? {} : { version: row.version }),
  };
}
