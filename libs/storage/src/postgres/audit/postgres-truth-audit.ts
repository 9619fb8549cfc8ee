import {
  mapInTurns,
  jsonEquals,
  sentOf,
  TruthAudit,
  trustedNamespace,
  type AuditedEntry,
  type AuditedCoordinate,
  type AuditedLedger,
  type AuditedDeadLetter,
  type AuditedRow,
  type DisputedLink,
  type JsonObject,
  type LedgerProofs,
  type MemoryType,
  type TruthTotals,
  type Namespace,
} from '@sfm/memory';
import type { PostgresDatabase } from '../connection/postgres-database.js';
import { decodeEmbedding } from '../rows/embedding-codec.js';
import { epochMs } from '../rows/epoch-ms.js';
import type { PayloadForm } from '../rows/ledger-row.js';
import { parsePayload } from '../rows/payload-columns.js';
import { validityOf } from '../rows/validity-column.js';
import { disputedLinks } from './disputed-links.js';

/** Maximum number of examples named per kind; the rest are only counted. */
const NAMED = 10;

/** Keys after $2 found in rows or ledger, at most $3. */
const NEXT_KEYS = `SELECT key FROM (
    (SELECT coordinate_key AS key FROM memories
      WHERE namespace = $1 AND coordinate_key > $2 ORDER BY coordinate_key LIMIT $3)
    UNION
    (SELECT DISTINCT coordinate_key FROM memory_events
      WHERE namespace = $1 AND coordinate_key > $2 AND version IS NOT NULL ORDER BY coordinate_key LIMIT $3)
  ) AS known ORDER BY key LIMIT $3`;

const GIVEN_KEYS = 'SELECT DISTINCT key COLLATE "C" AS key FROM unnest($2::text[]) AS given (key)';

const IS_ALTERED = '(e.entry_hash IS NOT NULL AND e.entry_hash <> soma_ledger_hash(e))';

/** Columns of the newest ledger row that are compared with the memory row, under distinct names. */
const NEWEST_COLUMNS = `n.type AS newest_type, n.memory_type AS newest_memory_type, n.coordinate AS newest_coordinate,
  n.payload::text AS newest_payload, n.payload_text AS newest_payload_text, n.payload_form AS newest_form, n.importance AS newest_importance,
  n.importance_norm AS newest_importance_norm, encode(n.content_hash, 'hex') AS newest_hash,
  n.memory_id::float8 AS newest_memory_id, n.created_version AS newest_created_version,
  ${epochMs('n.created_at')} AS newest_created_at_ms, ${epochMs('n.updated_at')} AS newest_updated_at_ms,
  ${epochMs('n.expires_at')} AS newest_expires_at_ms, n.validity AS newest_validity`;

/** Rows and ledger of coordinates in one statement, and therefore from one snapshot. */
const audit = (keys: string) => `
WITH wanted AS MATERIALIZED (${keys}), ledger AS (
  SELECT key, count(*)::int AS events, min(version) AS lowest, max(version) AS newest,
    (count(*) FILTER (WHERE NOT hashed))::int AS unhashed,
    bool_or(begins) AS is_beginning,
    (array_agg(version ORDER BY version) FILTER (WHERE altered))[1:${NAMED}] AS altered,
    (array_agg(version ORDER BY version) FILTER (WHERE unlinked))[1:${NAMED}] AS unlinked
  FROM (
    SELECT w.key, e.version, e.entry_hash IS NOT NULL AS hashed, ${IS_ALTERED} AS altered,
      e.type = 'created' AND e.entry_hash IS NOT NULL AND e.previous_hash IS NULL AND lag(e.version) OVER chain IS NULL AS begins,
      e.previous_hash IS NOT NULL AND lag(e.version) OVER chain = e.version - 1
        AND lag(e.entry_hash) OVER chain IS DISTINCT FROM e.previous_hash AS unlinked
    FROM wanted w
    JOIN memory_events e ON e.namespace = $1 AND e.coordinate_key = w.key AND e.version IS NOT NULL
    WINDOW chain AS (PARTITION BY w.key ORDER BY e.version)
  ) AS entries
  GROUP BY key
)
SELECT w.key, m.coordinate, m.version, m.indexed_version, m.deleted_at IS NOT NULL AS deleted, m.type, m.payload::text AS payload,
  CASE WHEN m.payload_text_version = m.version THEN m.payload_text END AS payload_text, m.importance, m.importance_norm, encode(m.content_hash, 'hex') AS content_hash, m.id::float8 AS id, m.created_version,
  ${epochMs('m.created_at')} AS created_at_ms, ${epochMs('m.updated_at')} AS updated_at_ms,
  ${epochMs('m.expires_at')} AS expires_at_ms, m.validity, ${epochMs('m.deleted_at')} AS deleted_at_ms, m.searched_text, m.session,
  m.embedding, m.embedding_space,
  extract(epoch FROM clock_timestamp() - m.updated_at)::float8 AS age,
  l.events, l.lowest, l.newest, l.unhashed, l.is_beginning, l.altered, l.unlinked, ${NEWEST_COLUMNS},
  CASE WHEN l.events <> l.newest OR l.lowest <> 1 THEN ARRAY(
    SELECT number FROM generate_series(CASE WHEN l.is_beginning THEN l.lowest ELSE 1 END, l.newest) AS number
    WHERE NOT EXISTS (SELECT FROM memory_events e
      WHERE e.namespace = $1 AND e.coordinate_key = w.key AND e.version = number)
    ORDER BY number LIMIT ${NAMED}) END AS missing
FROM wanted w
LEFT JOIN memories m ON m.namespace = $1 AND m.coordinate_key = w.key
LEFT JOIN ledger l ON l.key = w.key
LEFT JOIN memory_events n ON n.namespace = $1 AND n.coordinate_key = w.key AND n.version = l.newest
ORDER BY w.key`;

interface AuditDbRow {
  readonly key: string;
  /** Null, like the whole row, when only the ledger has the coordinate. */
  readonly version: number | null;
  readonly coordinate: number[];
  readonly indexed_version: number;
  readonly deleted: boolean;
  readonly type: MemoryType;
  /** JSON text. */
  readonly payload: string | null;
  readonly payload_text: string | null;
  readonly importance: number | null;
  readonly importance_norm: number;
  readonly content_hash: string | null;
  readonly id: number;
  readonly created_version: number;
  readonly created_at_ms: number;
  readonly updated_at_ms: number;
  readonly expires_at_ms: number | null;
  readonly validity: JsonObject | null;
  readonly deleted_at_ms: number | null;
  readonly searched_text: string;
  readonly session: string | null;
  readonly embedding: Buffer | null;
  readonly embedding_space: string | null;
  readonly age: number;
  /** Null, like all following columns, when the ledger does not have the coordinate. */
  readonly events: number | null;
  readonly lowest: number;
  readonly newest: number;
  readonly unhashed: number;
  readonly is_beginning: boolean;
  readonly altered: number[] | null;
  readonly unlinked: number[] | null;
  readonly newest_type: string;
  readonly newest_memory_type: MemoryType | null;
  readonly newest_coordinate: number[] | null;
  /** JSON text. */
  readonly newest_payload: string;
  readonly newest_payload_text: string | null;
  readonly newest_form: PayloadForm;
  readonly newest_importance: number | null;
  readonly newest_importance_norm: number | null;
  readonly newest_hash: string | null;
  readonly newest_memory_id: number | null;
  readonly newest_created_version: number | null;
  readonly newest_created_at_ms: number | null;
  readonly newest_updated_at_ms: number | null;
  readonly newest_expires_at_ms: number | null;
  readonly newest_validity: JsonObject | null;
  readonly missing: number[] | null;
}

/** Compares `memories` with `memory_events`. */
export class PostgresTruthAudit extends TruthAudit {
  constructor(private readonly database: PostgresDatabase) {
    super();
  }

  async namespaces(): Promise<readonly { readonly name: Namespace; readonly isRegistered: boolean }[]> {
    const rows = await this.database.query<{ name: string; isRegistered: boolean }>({
      text: `WITH RECURSIVE ${namesIn('memories')}, ${namesIn('memory_events')}, ${namesIn('memory_links')}
        SELECT known.name, EXISTS (SELECT FROM namespaces n WHERE n.name = known.name) AS "isRegistered"
        FROM (
          SELECT name FROM namespaces
          UNION SELECT name FROM in_memories UNION SELECT name FROM in_memory_events UNION SELECT name FROM in_memory_links
        ) AS known
        WHERE known.name IS NOT NULL
        ORDER BY known.name`,
    });
    return rows.map(({ name, isRegistered }) => ({ name: trustedNamespace(name), isRegistered }));
  }

  async totals(namespace: Namespace): Promise<TruthTotals> {
    const [totals] = await this.database.query<{ rows: number; events: number; links: number }>({
      text: `SELECT
        (SELECT count(*) FROM memories WHERE namespace = $1)::float8 AS rows,
        (SELECT count(*) FROM memory_events WHERE namespace = $1)::float8 AS events,
        (SELECT count(*) FROM memory_links WHERE namespace = $1)::float8 AS links`,
      values: [namespace],
    });
    return totals ?? { rows: 0, events: 0, links: 0 };
  }

  async *scan(namespace: Namespace, batchSize: number): AsyncGenerator<readonly AuditedCoordinate[]> {
    let last: string | undefined = '';
    while (last !== undefined) {
      const rows: AuditDbRow[] = await this.database.query<AuditDbRow>({
        text: audit(NEXT_KEYS),
        values: [namespace, last, batchSize],
      });
      if (rows.length > 0) yield await mapInTurns(rows, (row) => toCoordinate(namespace, row));
      last = rows.length === batchSize ? rows.at(-1)?.key : undefined;
    }
  }

  async read(namespace: Namespace, keys: readonly string[]): Promise<readonly AuditedCoordinate[]> {
    if (keys.length === 0) return [];
    const rows = await this.database.query<AuditDbRow>({ text: audit(GIVEN_KEYS), values: [namespace, keys] });
    const known = rows.filter(({ version, events }) => version !== null || events !== null);
    return mapInTurns(known, (row) => toCoordinate(namespace, row));
  }

  scanLinks(namespace: Namespace, coordinates: number): AsyncGenerator<readonly DisputedLink[]> {
    return disputedLinks(this.database, namespace, coordinates);
  }

  async unversionedEvents(namespace: Namespace): Promise<{ readonly count: number } & LedgerProofs<string>> {
    const [row] = await this.database.query<{ count: number; unhashed: number; altered: string[] | null }>({
      text: `SELECT count(*)::float8 AS count, (count(*) FILTER (WHERE e.entry_hash IS NULL))::float8 AS unhashed,
          (array_agg(e.event_id::text ORDER BY e.seq) FILTER (WHERE ${IS_ALTERED}))[1:${NAMED}] AS altered
        FROM memory_events e
        WHERE e.namespace = $1 AND (e.coordinate_key IS NULL OR e.version IS NULL)`,
      values: [namespace],
    });
    return { count: row?.count ?? 0, unhashed: row?.unhashed ?? 0, altered: row?.altered ?? [] };
  }

  async deadLetters(
    namespace: Namespace,
  ): Promise<{ readonly events: readonly AuditedDeadLetter[]; readonly count: number }> {
    const rows = await this.database.query<AuditedDeadLetter & { count: number }>({
      text: `SELECT coalesce(e.event_id, o.event_id) AS "eventId", o.coordinate_key AS key,
          coalesce(o.last_error, '') AS reason, (count(*) OVER ())::float8 AS count
        FROM outbox o LEFT JOIN memory_events e ON e.id = o.event_id
        WHERE o.namespace = $1 AND o.parked_at IS NOT NULL ORDER BY o.parked_at, o.id LIMIT ${NAMED}`,
      values: [namespace],
    });
    return {
      events: rows.map(({ eventId, key, reason }) => ({ eventId, key, reason })),
      count: rows[0]?.count ?? 0,
    };
  }
}

/** Reads the namespaces of a table with one index step for each. */
function namesIn(table: string): string {
  return `in_${table} (name) AS (
    (SELECT namespace FROM ${table} ORDER BY namespace LIMIT 1)
    UNION ALL
    SELECT (SELECT t.namespace FROM ${table} t WHERE t.namespace > known.name ORDER BY t.namespace LIMIT 1)
    FROM in_${table} AS known WHERE known.name IS NOT NULL)`;
}

function toCoordinate(namespace: Namespace, row: AuditDbRow): AuditedCoordinate {
  return { namespace, key: row.key, row: toRow(row), ledger: toLedger(row) };
}

function toRow(row: AuditDbRow): AuditedRow | null {
  if (row.version === null) return null;
  return {
    coordinate: row.coordinate,
    version: row.version,
    indexedVersion: row.indexed_version,
    isDeleted: row.deleted,
    type: row.type,
    payload: row.payload === null ? null : storedPayload(row.payload, row.payload_text),
    importance: row.importance,
    contentHash: row.content_hash,
    importanceNorm: row.importance_norm,
    id: row.id,
    createdVersion: row.created_version,
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
    expiresAtMs: row.expires_at_ms,
    ...validityOf(row.validity),
    deletedAtMs: row.deleted_at_ms,
    searchedText: row.searched_text,
    session: row.session,
    embedding:
      row.embedding === null || row.embedding_space === null
        ? null
        : { space: row.embedding_space, vector: decodeEmbedding(row.embedding) },
    ageSeconds: row.age,
  };
}

/** Returns the payload as it was sent; what `jsonb` has when that is no longer the same, so that its hash differs. */
function storedPayload(json: string, exact: string | null): JsonObject {
  const sent = exact === null ? (JSON.parse(json) as JsonObject) : parsePayload(exact);
  const shown = parsePayload(json);
  return jsonEquals(sent, shown) ? sent : shown;
}

function toLedger(row: AuditDbRow): AuditedLedger | null {
  if (row.events === null) return null;
  return {
    events: row.events,
    lowest: row.lowest,
    isBeginning: row.is_beginning,
    newest: toEntry(row),
    missing: row.missing ?? [],
    altered: row.altered ?? [],
    unlinked: row.unlinked ?? [],
    unhashed: row.unhashed,
  };
}

function toEntry(row: AuditDbRow): AuditedEntry {
  return {
    version: row.newest,
    type: row.newest_type,
    memoryType: row.newest_memory_type,
    coordinate: row.newest_coordinate,
    payload: sentPayload(row),
    importance: row.newest_importance,
    importanceNorm: row.newest_importance_norm,
    contentHash: row.newest_hash,
    memoryId: row.newest_memory_id,
    createdVersion: row.newest_created_version,
    createdAtMs: row.newest_created_at_ms,
    updatedAtMs: row.newest_updated_at_ms,
    expiresAtMs: row.newest_expires_at_ms,
    ...validityOf(row.newest_validity),
  };
}

function sentPayload(row: AuditDbRow): JsonObject | null {
  const { newest_memory_type: type, newest_importance: importance } = row;
  const payload = storedPayload(row.newest_payload, row.newest_payload_text);
  if (row.newest_form === 'sent') return payload;
  return sentOf({ payload, type: type ?? 'episodic', importance, contentHash: row.newest_hash }) ?? null;
}
