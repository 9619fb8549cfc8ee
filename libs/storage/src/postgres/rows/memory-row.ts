import { trustedNamespace, type JsonObject, type Memory, type MemoryOutline, type MemoryType } from '@sfm/memory';
import { memoryPayload, payloadOf, type PayloadColumns } from './payload-columns.js';
import { validityOf } from './validity-column.js';

/** Size in bytes above which PostgreSQL compresses a payload and, if still too large, moves it out of the row. */
const OUT_OF_ROW_BYTES = 2000;

/** Columns of a `Memory`, from a table aliased `m`. The hash is read as text, as the core holds it. */
export const MEMORY_COLUMNS = columnsWith(memoryPayload());

/** As `MEMORY_COLUMNS`, with null for payloads stored out of the row. Their size is known without reading them. */
export const OUTLINE_COLUMNS = columnsWith(
  memoryPayload((column) => `pg_column_size(${column}) < ${OUT_OF_ROW_BYTES}`),
);

function columnsWith(payload: string): string {
  return `m.id, m.namespace, m.coordinate_key, m.coordinate, m.type, ${payload}, m.importance, m.importance_norm,
  m.version, encode(m.content_hash, 'hex') AS content_hash, m.created_at, m.updated_at, m.last_accessed_at,
  m.access_count, m.expires_at, m.validity`;
}

/** A live row, as the driver returns `MEMORY_COLUMNS`. */
export interface MemoryRow extends PayloadColumns {
  /** A bigint, which the driver returns as text. */
  readonly id: string;
  readonly namespace: string;
  readonly coordinate_key: string;
  readonly coordinate: number[];
  readonly type: MemoryType;
  readonly importance: number | null;
  readonly importance_norm: number;
  readonly version: number;
  readonly content_hash: string;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly last_accessed_at: Date | null;
  readonly access_count: number;
  readonly expires_at: Date | null;
  readonly validity: JsonObject | null;
}

/** As the driver returns `OUTLINE_COLUMNS`. */
export type OutlineRow = Omit<MemoryRow, 'payload'> & { readonly payload: JsonObject | null };

export function toOutline(row: OutlineRow): MemoryOutline {
  return { ...withoutPayload(row), payload: payloadOf(row) ?? undefined };
}

export function toMemory(row: MemoryRow): Memory {
  return { ...withoutPayload(row), payload: payloadOf(row) };
}

function withoutPayload(row: Omit<MemoryRow, 'payload'>): Omit<Memory, 'payload'> {
  return {
    id: Number(row.id),
    namespace: trustedNamespace(row.namespace),
    coordinate: row.coordinate,
    key: row.coordinate_key,
    type: row.type,
    importance: row.importance,
    importanceNorm: row.importance_norm,
    version: row.version,
    contentHash: row.content_hash,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    lastAccessedAt: row.last_accessed_at,
    accessCount: row.access_count,
    expiresAt: row.expires_at,
    ...validityOf(row.validity),
  };
}
