import {
  identityOf,
  ProjectionSource,
  trustedNamespace,
  type IndexedMark,
  type JsonObject,
  type MemoryType,
  type ProjectionRow,
  type SearchedRow,
  type Namespace,
  type CoordinateId,
  type TruthExtent,
} from '@sfm/memory';
import { decodeEmbedding, encodeEmbedding } from '../rows/embedding-codec.js';
import { epochMs } from '../rows/epoch-ms.js';
import { MEMORY_COLUMNS, toMemory, type MemoryRow } from '../rows/memory-row.js';
import { memoryPayload, payloadOf, type PayloadColumns } from '../rows/payload-columns.js';
import { validityOf } from '../rows/validity-column.js';
import { DeadlinedChanges } from '../changes/deadlined-changes.js';
import { voidAfter } from '../changes/void-after.js';
import { pendingSince } from '../rows/pending-since.js';
import type { PostgresDatabase } from '../connection/postgres-database.js';

const PROJECTION_COLUMNS = `${MEMORY_COLUMNS}, m.indexed_version, m.searched_text, m.session, m.embedding, m.embedding_space,
  m.deleted_at IS NOT NULL AS deleted`;

const SEARCHED_COLUMNS = `m.namespace, m.coordinate_key, m.version, m.id, m.type, ${memoryPayload()}, m.importance, m.importance_norm, m.searched_text,
  m.session, ${epochMs('m.created_at')} AS created_at_ms, ${epochMs('m.expires_at')} AS expires_at_ms, m.validity,
  m.deleted_at IS NOT NULL AS deleted`;

/** A row as the driver gives `SEARCHED_COLUMNS`. */
interface SearchedDbRow extends PayloadColumns {
  readonly namespace: string;
  readonly coordinate_key: string;
  readonly version: number;
  /** A bigint, which the driver returns as text. */
  readonly id: string;
  readonly type: MemoryType;
  readonly importance: number | null;
  readonly importance_norm: number;
  readonly searched_text: string;
  readonly session: string | null;
  readonly created_at_ms: number;
  readonly expires_at_ms: number | null;
  readonly validity: JsonObject | null;
  readonly deleted: boolean;
}

interface ProjectionDbRow extends MemoryRow {
  readonly indexed_version: number;
  readonly searched_text: string;
  readonly session: string | null;
  readonly embedding: Buffer | null;
  readonly embedding_space: string | null;
  readonly deleted: boolean;
}

/** Names a row. */
interface CoordinateRow {
  readonly namespace: string;
  readonly key: string;
}

/** Keys may occur twice. */
const FROM_WANTED = `
  FROM (SELECT DISTINCT namespace, key FROM unnest($1::text[], $2::text[]) AS a (namespace, key)) AS wanted
  JOIN memories m ON m.namespace = wanted.namespace AND m.coordinate_key = wanted.key`;

/** Memories whose size is looked at, about. */
const SAMPLED = 5000;

/** Namespaces with pending memories whose oldest one is looked up. */
const MAX_LOOKED_UP = 1000;

/** The oldest pending memory of each namespace, with one step along the index for each. */
/** Most changes that are counted for one reading. */
const MOST_COUNTED = 100_000;
const OLDEST_UNINDEXED = `
WITH RECURSIVE oldest (namespace, since) AS (
  (SELECT m.namespace, ${pendingSince('m')} FROM memories m WHERE m.indexed_version < m.version
    ORDER BY m.namespace, m.updated_at LIMIT 1)
  UNION ALL
  (SELECT next.namespace, next.since FROM oldest o
    CROSS JOIN LATERAL (SELECT m.namespace, ${pendingSince('m')} AS since FROM memories m
      WHERE m.indexed_version < m.version AND m.namespace > o.namespace
      ORDER BY m.namespace, m.updated_at LIMIT 1) AS next)
)
SELECT coalesce(greatest(0, extract(epoch FROM clock_timestamp() - min(since))), 0)::float8 AS age
FROM (SELECT since FROM oldest LIMIT ${MAX_LOOKED_UP}) AS known`;

/** Reads current rows from PostgreSQL for indexing and records there which are indexed. */
export class PostgresProjectionSource extends ProjectionSource {
  private readonly changes: DeadlinedChanges;

  constructor(private readonly database: PostgresDatabase) {
    super();
    this.changes = DeadlinedChanges.on(database);
  }

  async rows(keys: readonly CoordinateId[]): Promise<readonly ProjectionRow[]> {
    if (keys.length === 0) return [];
    const rows = await this.database.query<ProjectionDbRow>({
      name: 'sfm_projection_rows',
      text: `SELECT ${PROJECTION_COLUMNS} ${FROM_WANTED}`,
      values: [keys.map(({ namespace }) => namespace), keys.map(({ key }) => key)],
    });
    return rows.map(toProjectionRow);
  }

  async searchedRows(keys: readonly CoordinateId[]): Promise<readonly SearchedRow[]> {
    if (keys.length === 0) return [];
    const rows = await this.database.query<SearchedDbRow>({
      name: 'sfm_searched_rows',
      text: `SELECT ${SEARCHED_COLUMNS} ${FROM_WANTED}`,
      values: [keys.map(({ namespace }) => namespace), keys.map(({ key }) => key)],
    });
    return rows.map(toSearchedRow);
  }

  /**
   * Locks rows in key order, as writers do. A mark that hung is void: a repair may have found since that the index lacks
   * what it says.
   */
  async markIndexed(marks: readonly IndexedMark[]): Promise<readonly CoordinateId[]> {
    const newest = newestPerCoordinate(marks);
    if (newest.length === 0) return [];
    const late = await this.changes.run<CoordinateRow>((deadlineMs) => ({
      name: 'sfm_mark_indexed',
      text: `WITH mark AS MATERIALIZED (
          SELECT m.namespace, m.coordinate_key, m.indexed_version AS known, a.version, a.embedding, a.space, a.removed_from
          FROM unnest($1::text[], $2::text[], $3::int[], $4::bytea[], $5::text[], $6::int[])
            AS a (namespace, key, version, embedding, space, removed_from)
          JOIN memories m ON m.namespace = a.namespace AND m.coordinate_key = a.key
          ORDER BY m.namespace, m.coordinate_key
          FOR NO KEY UPDATE OF m
        ), marked AS (
        UPDATE memories m SET
          indexed_version = least(greatest(m.indexed_version, mark.version), m.version),
          embedding = CASE WHEN mark.space IS NOT NULL AND m.version = mark.version AND m.deleted_at IS NULL
            THEN mark.embedding ELSE m.embedding END,
          embedding_space = CASE WHEN mark.space IS NOT NULL AND m.version = mark.version AND m.deleted_at IS NULL
            THEN mark.space ELSE m.embedding_space END
        FROM mark
        WHERE m.namespace = mark.namespace AND m.coordinate_key = mark.coordinate_key
          AND (m.indexed_version < mark.version OR mark.space IS NOT NULL)
        RETURNING ${voidAfter('$7')}
        )
        SELECT namespace, coordinate_key AS key FROM mark
        WHERE known > version OR known <> removed_from`,
      values: [
        newest.map(({ namespace }) => namespace),
        newest.map(({ key }) => key),
        newest.map(({ version }) => version),
        newest.map(({ embedding }) => (embedding ? encodeEmbedding(embedding.vector) : null)),
        newest.map(({ embedding }) => embedding?.space ?? null),
        newest.map(({ removedFrom }) => removedFrom ?? null),
        deadlineMs,
      ],
    }));
    return late.map(({ namespace, key }) => ({ namespace: trustedNamespace(namespace), key }));
  }

  /** Scans in order of namespace and key; each batch is a separate read, so that writers do not wait. */
  async *scanIndexed(batchSize: number): AsyncGenerator<readonly ProjectionRow[]> {
    let last: ProjectionDbRow | undefined;
    do {
      const rows: ProjectionDbRow[] = await this.database.query<ProjectionDbRow>({
        text: `SELECT ${PROJECTION_COLUMNS} FROM memories m
          WHERE (m.namespace, m.coordinate_key) > ($1::text, $2::text)
            AND m.deleted_at IS NULL AND m.indexed_version >= m.version
          ORDER BY m.namespace, m.coordinate_key LIMIT $3`,
        values: [last?.namespace ?? '', last?.coordinate_key ?? '', batchSize],
      });
      if (rows.length > 0) yield rows.map(toProjectionRow);
      last = rows.length === batchSize ? rows.at(-1) : undefined;
    } while (last);
  }

  async *scanSearched(batchSize: number): AsyncGenerator<readonly SearchedRow[]> {
    let last: SearchedDbRow | undefined;
    do {
      const rows: SearchedDbRow[] = await this.database.query<SearchedDbRow>({
        text: `SELECT ${SEARCHED_COLUMNS} FROM memories m
          WHERE (m.namespace, m.coordinate_key) > ($1::text, $2::text) AND m.deleted_at IS NULL
          ORDER BY m.namespace, m.coordinate_key LIMIT $3`,
        values: [last?.namespace ?? '', last?.coordinate_key ?? '', batchSize],
      });
      if (rows.length > 0) yield rows.map(toSearchedRow);
      last = rows.length === batchSize ? rows.at(-1) : undefined;
    } while (last);
  }

  async *scanNamespace(namespace: Namespace, batchSize: number): AsyncGenerator<readonly ProjectionRow[]> {
    let last: ProjectionDbRow | undefined;
    do {
      const rows: ProjectionDbRow[] = await this.database.query<ProjectionDbRow>({
        text: `SELECT ${PROJECTION_COLUMNS} FROM memories m
          WHERE m.namespace = $1 AND m.coordinate_key > $2 AND m.deleted_at IS NULL
          ORDER BY m.coordinate_key LIMIT $3`,
        values: [namespace, last?.coordinate_key ?? '', batchSize],
      });
      if (rows.length > 0) yield rows.map(toProjectionRow);
      last = rows.length === batchSize ? rows.at(-1) : undefined;
    } while (last);
  }

  async extent(): Promise<TruthExtent> {
    const [counted] = await this.database.query<{ memories: number }>({
      text: `SELECT count(*)::float8 AS memories FROM memories m WHERE m.deleted_at IS NULL`,
    });
    const memories = counted?.memories ?? 0;
    const [sample] = await this.database.query<{ bytes: number }>({
      text: `SELECT coalesce(avg(octet_length(m.payload::text)), 0)::float8 AS bytes
        FROM memories m TABLESAMPLE SYSTEM ($1::real) WHERE m.deleted_at IS NULL`,
      values: [Math.min(100, (100 * SAMPLED) / Math.max(1, memories))],
    });
    return { memories, payloadBytes: sample?.bytes ?? 0 };
  }

  async reopen(keys: readonly CoordinateId[]): Promise<void> {
    if (keys.length === 0) return;
    await this.database.queryWithRetry({
      text: `WITH wanted AS MATERIALIZED (
          SELECT m.namespace, m.coordinate_key FROM unnest($1::text[], $2::text[]) AS a (namespace, key)
          JOIN memories m ON m.namespace = a.namespace AND m.coordinate_key = a.key
          ORDER BY m.namespace, m.coordinate_key
          FOR NO KEY UPDATE OF m)
        UPDATE memories m SET indexed_version = 0, pending_since = clock_timestamp() FROM wanted w
        WHERE m.namespace = w.namespace AND m.coordinate_key = w.coordinate_key`,
      values: [keys.map(({ namespace }) => namespace), keys.map(({ key }) => key)],
    });
  }

  async countUnindexed(): Promise<number> {
    const [row] = await this.database.query<{ count: number }>({
      name: 'sfm_count_unindexed',
      text: `SELECT count(*)::int AS count
        FROM (SELECT FROM memories m WHERE m.indexed_version < m.version LIMIT ${MOST_COUNTED}) AS pending`,
    });
    return row?.count ?? 0;
  }

  async oldestUnindexedAgeSeconds(): Promise<number> {
    const [row] = await this.database.query<{ age: number }>({
      name: 'sfm_oldest_unindexed',
      text: OLDEST_UNINDEXED,
    });
    return row?.age ?? 0;
  }
}

function newestPerCoordinate(marks: readonly IndexedMark[]): readonly IndexedMark[] {
  const newest = new Map<string, IndexedMark>();
  for (const mark of marks) {
    const identity = identityOf(mark);
    const known = newest.get(identity);
    if (!known || mark.version >= known.version) newest.set(identity, mark);
  }
  return [...newest.values()];
}

function toSearchedRow(row: SearchedDbRow): SearchedRow {
  const { coordinate_key: key, version } = row;
  const namespace = trustedNamespace(row.namespace);
  if (row.deleted) return { namespace, key, version, content: null };
  const content = {
    key,
    id: Number(row.id),
    version,
    type: row.type,
    createdAtMs: row.created_at_ms,
    payload: payloadOf(row),
    importance: row.importance,
    importanceNorm: row.importance_norm,
    session: row.session,
    expiresAtMs: row.expires_at_ms,
    ...validityOf(row.validity),
    searchedText: row.searched_text,
  };
  return { namespace, key, version, content };
}

function toProjectionRow(row: ProjectionDbRow): ProjectionRow {
  return {
    namespace: trustedNamespace(row.namespace),
    key: row.coordinate_key,
    version: row.version,
    indexedVersion: row.indexed_version,
    memory: row.deleted ? null : toMemory(row),
    searchedText: row.searched_text,
    session: row.session,
    embedding:
      row.embedding && row.embedding_space !== null
        ? { space: row.embedding_space, vector: decodeEmbedding(row.embedding) }
        : null,
  };
}
