import { PendingMemories, type IndexLag, type PendingMemory, type PendingVersion, type Namespace } from '@sfm/memory';
import { pendingSince } from '../rows/pending-since.js';
import { MEMORY_COLUMNS, toMemory, type MemoryRow } from '../rows/memory-row.js';
import { decodeEmbedding } from '../rows/embedding-codec.js';
import type { PostgresDatabase } from '../connection/postgres-database.js';

/** Most changes that are counted for one answer. */
const MOST_COUNTED = 100_000;

const PENDING = 'FROM memories m WHERE m.namespace = $1 AND m.indexed_version < m.version';

interface PendingRow extends MemoryRow {
  readonly searched_text: string;
  readonly session: string | null;
  readonly embedding: Buffer | null;
  readonly embedding_space: string | null;
}

/** Reads committed but not yet indexed memories from PostgreSQL. */
export class PostgresPendingMemories extends PendingMemories {
  constructor(private readonly database: PostgresDatabase) {
    super();
  }

  async versions(namespace: Namespace, limit?: number): Promise<readonly PendingVersion[]> {
    return this.database.query<{ key: string; version: number; deleted: boolean }>({
      name: 'sfm_pending',
      // A backlog is long, and every recall reads it.
      isUnmetered: true,
      text: `SELECT m.coordinate_key AS key, m.version, m.deleted_at IS NOT NULL AS deleted FROM memories m
        WHERE m.namespace = $1 AND m.indexed_version < m.version
        ORDER BY m.updated_at DESC, m.id DESC LIMIT $2`,
      values: [namespace, limit ?? null],
    });
  }

  async count(namespace: Namespace): Promise<number> {
    const [row] = await this.database.query<{ count: number }>({
      name: 'sfm_pending_count',
      text: `SELECT count(*)::int AS count FROM memories m WHERE m.namespace = $1 AND m.indexed_version < m.version`,
      values: [namespace],
    });
    return row?.count ?? 0;
  }

  async lag(namespace: Namespace): Promise<IndexLag> {
    const [row] = await this.database.query<{ events: number; seconds: number }>({
      name: 'sfm_pending_lag',
      text: `SELECT (SELECT count(*) FROM (SELECT ${PENDING} LIMIT ${MOST_COUNTED}) AS counted)::int AS events,
          greatest(0, coalesce(extract(epoch FROM clock_timestamp() -
            (SELECT ${pendingSince('m')} ${PENDING} ORDER BY m.updated_at LIMIT 1)), 0))::float8 AS seconds`,
      values: [namespace],
    });
    return row ?? { events: 0, seconds: 0 };
  }

  async load(namespace: Namespace, keys: readonly string[]): Promise<readonly PendingMemory[]> {
    if (keys.length === 0) return [];
    const rows = await this.database.query<PendingRow>({
      name: 'sfm_pending_load',
      text: `SELECT ${MEMORY_COLUMNS}, m.searched_text, m.session, m.embedding, m.embedding_space
        FROM memories m
        WHERE m.namespace = $1 AND m.coordinate_key = ANY($2::text[]) AND m.deleted_at IS NULL`,
      values: [namespace, keys],
    });
    return rows.map((row) => ({
      memory: toMemory(row),
      searchedText: row.searched_text,
      session: row.session,
      ...(row.embedding === null || row.embedding_space === null
        ? {}
        : { embedding: { space: row.embedding_space, vector: decodeEmbedding(row.embedding) } }),
    }));
  }
}
