import type { JsonObject, Memory, MemoryType } from '@sfm/memory';

/** What a `Memory` is made of, of a table aliased `m`. The hash travels as text, as the core holds it. */
export const MEMORY_COLUMNS = `m.id, m.namespace, m.coordinate_key, m.coordinate, m.type, m.payload, m.importance,
  m.importance_norm, m.version, encode(m.content_hash, 'hex') AS content_hash, m.created_at, m.updated_at,
  m.last_accessed_at, m.access_count, m.expires_at`;

/** A live row, as the driver gives `MEMORY_COLUMNS`. */
export interface MemoryRow {
  /** bigint, which the driver gives as text. */
  readonly id: string;
  readonly namespace: string;
  readonly coordinate_key: string;
  readonly coordinate: number[];
  readonly type: MemoryType;
  readonly payload: JsonObject;
  readonly importance: number | null;
  readonly importance_norm: number;
  readonly version: number;
  readonly content_hash: string;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly last_accessed_at: Date | null;
  readonly access_count: number;
  readonly expires_at: Date | null;
}

export function toMemory(row: MemoryRow): Memory {
  return {
    id: Number(row.id),
    namespace: row.namespace,
    coordinate: row.coordinate,
    key: row.coordinate_key,
    type: row.type,
    payload: row.payload,
    importance: row.importance,
    importanceNorm: row.importance_norm,
    version: row.version,
    contentHash: row.content_hash,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    lastAccessedAt: row.last_accessed_at,
    accessCount: row.access_count,
    expiresAt: row.expires_at,
  };
}
