import type { RestoredEntry } from '@sfm/memory';
import { voidAfter } from '../changes/void-after.js';
import type { Statement } from '../connection/postgres-database.js';
import { leaveSamples } from '../importance/samples-sql.js';
import { toPayloadColumns } from '../rows/payload-columns.js';
import { toValidityColumn } from '../rows/validity-column.js';
import { groupingKey } from '../writing/grouping-key.js';

/**
 * One statement for a batch of entries: writes the entries missing from the ledger, the newest entry of each coordinate
 * to `memories` when it is newer than the row, and the resulting changes to the outbox. Rows are locked and written in
 * key order.
 *
 * A coordinate whose version was created by a different change here is skipped completely: the two histories diverged.
 * A memory gets the creation id of its entry, unless another coordinate has that id. Access figures are not part of the
 * history: they are kept within a life and restart with a new one. What supersedes what comes with the entries, so the
 * trigger that follows it is off.
 *
 * Nothing is restored when a row can only be changed after the deadline, $23: a live write may have come meanwhile.
 */
const RESTORE = `
WITH replay AS MATERIALIZED (
  SELECT set_config('soma.is_replay', 'true', true) AS is_on
), arrived AS MATERIALIZED (
  SELECT e.*, string_to_array(e.key, ',')::double precision[] AS coordinate, to_timestamp(e.occurred_ms / 1000) AS occurred_at,
    coalesce(to_timestamp(e.created_ms / 1000), to_timestamp(e.occurred_ms / 1000))::timestamptz(3) AS created_at,
    coalesce(to_timestamp(e.updated_ms / 1000), to_timestamp(e.occurred_ms / 1000))::timestamptz(3) AS updated_at,
    to_timestamp(e.expires_ms / 1000)::timestamptz(3) AS expires_at, decode(e.hash, 'hex') AS content_hash
  FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::float8[], $6::boolean[], $7::text[], $8::int[], $9::text[],
    $10::jsonb[], $11::float8[], $12::float8[], $13::text[], $14::float8[], $15::bigint[], $16::int[], $17::float8[],
    $18::float8[], $19::text[], $20::text[], $21::text[], $22::jsonb[]) WITH ORDINALITY
    AS e (id, event_id, namespace, type, occurred_ms, announced, key, version, memory_type, payload, importance,
      importance_norm, hash, expires_ms, memory_id, created_version, created_ms, updated_ms, searched_text, session, payload_text, validity, position)
  CROSS JOIN replay
), conflicting AS MATERIALIZED (
  SELECT DISTINCT a.namespace, a.key FROM arrived a
  JOIN memory_events e ON e.namespace = a.namespace AND e.coordinate_key = a.key AND e.version = a.version AND e.id <> a.id
), wanted AS MATERIALIZED (
  SELECT * FROM arrived a
  WHERE NOT EXISTS (SELECT FROM conflicting c WHERE c.namespace = a.namespace AND c.key = a.key)
), known AS (
  INSERT INTO namespaces (name) SELECT DISTINCT namespace FROM wanted ORDER BY namespace ON CONFLICT DO NOTHING
), ledger AS (
  INSERT INTO memory_events (id, event_id, namespace, type, "timestamp", payload, payload_form, announced, coordinate_key,
    coordinate, memory_type, version, importance, content_hash, memory_id, created_version, created_at, updated_at,
    importance_norm, expires_at, payload_text, validity)
  SELECT id, event_id, namespace, type, occurred_ms / 1000, payload, 'sent', announced, key, coordinate, memory_type, version,
    importance, content_hash, memory_id, created_version, to_timestamp(created_ms / 1000), to_timestamp(updated_ms / 1000),
    CASE WHEN type <> 'deleted' THEN importance_norm END, expires_at, payload_text, validity
  FROM wanted ORDER BY position
  ON CONFLICT (id) DO NOTHING
  RETURNING id
), told AS (
  SELECT w.namespace, w.importance, w.position, w.updated_at FROM wanted w JOIN ledger USING (id) WHERE w.type IN ('created', 'updated')
)${leaveSamples('told', 's.updated_at', 's.namespace, s.updated_at')}, newest AS MATERIALIZED (
  SELECT DISTINCT ON (namespace COLLATE "C", key COLLATE "C") *, type = 'deleted' AS gone
  FROM wanted WHERE version IS NOT NULL
  ORDER BY namespace COLLATE "C", key COLLATE "C", version DESC
), placed AS MATERIALIZED (
  SELECT n.*, CASE
      WHEN row_number() OVER (PARTITION BY n.namespace, n.memory_id ORDER BY n.key COLLATE "C") = 1
        AND NOT EXISTS (SELECT FROM memories o
          WHERE o.namespace = n.namespace AND o.id = n.memory_id AND o.coordinate_key <> n.key)
      THEN n.memory_id END AS free_id
  FROM newest n
), written AS (
  INSERT INTO memories AS m (namespace, coordinate_key, id, coordinate, version, created_version, type, payload, searched_text,
    session, importance, importance_norm, content_hash, created_at, updated_at, expires_at, deleted_at,
    payload_text, payload_text_version, validity)
  SELECT n.namespace, n.key,
    coalesce(n.free_id, nextval('memories_id_seq')),
    n.coordinate, n.version, coalesce(n.created_version, n.version), coalesce(n.memory_type, 'episodic'),
    CASE WHEN NOT n.gone THEN n.payload END,
    CASE WHEN n.gone THEN '' ELSE n.searched_text END,
    CASE WHEN NOT n.gone THEN n.session END,
    CASE WHEN NOT n.gone THEN n.importance END,
    CASE WHEN n.gone THEN 0 ELSE n.importance_norm END,
    CASE WHEN NOT n.gone THEN n.content_hash END,
    n.created_at, n.updated_at,
    CASE WHEN NOT n.gone THEN n.expires_at END,
    CASE WHEN n.gone THEN n.updated_at END,
    CASE WHEN NOT n.gone THEN n.payload_text END,
    CASE WHEN NOT n.gone AND n.payload_text IS NOT NULL THEN n.version END,
    CASE WHEN NOT n.gone THEN n.validity END
  FROM placed n
  ORDER BY n.namespace COLLATE "C", n.key COLLATE "C"
  ON CONFLICT (namespace, coordinate_key) DO UPDATE SET
    id = coalesce((SELECT p.free_id FROM placed p WHERE p.namespace = excluded.namespace AND p.key = excluded.coordinate_key), m.id),
    coordinate = excluded.coordinate,
    version = excluded.version,
    created_version = excluded.created_version,
    type = excluded.type,
    payload = excluded.payload,
    payload_text = excluded.payload_text,
    payload_text_version = excluded.payload_text_version,
    searched_text = excluded.searched_text,
    session = excluded.session,
    importance = excluded.importance,
    importance_norm = excluded.importance_norm,
    content_hash = excluded.content_hash,
    created_at = excluded.created_at,
    updated_at = excluded.updated_at,
    expires_at = excluded.expires_at,
    validity = excluded.validity,
    deleted_at = excluded.deleted_at,
    access_count = CASE WHEN m.created_version = excluded.created_version AND excluded.deleted_at IS NULL
      THEN m.access_count ELSE 0 END,
    last_accessed_at = CASE WHEN m.created_version = excluded.created_version AND excluded.deleted_at IS NULL
      THEN m.last_accessed_at END,
    embedding = CASE WHEN m.searched_text = excluded.searched_text AND excluded.deleted_at IS NULL THEN m.embedding END,
    embedding_space = CASE WHEN m.searched_text = excluded.searched_text AND excluded.deleted_at IS NULL
      THEN m.embedding_space END
  WHERE m.version < excluded.version
  RETURNING namespace, coordinate_key, version, ${voidAfter('$23')} AS in_time
), queued AS (
  INSERT INTO outbox (event_id, namespace, coordinate_key, version)
  SELECT n.id, w.namespace, w.coordinate_key, w.version
  FROM written w JOIN newest n ON n.namespace = w.namespace AND n.key = w.coordinate_key AND w.in_time
  ORDER BY n.position
  RETURNING event_id
)
SELECT 'restored' AS what, NULL::uuid AS id, namespace, coordinate_key AS key, 0 AS entries FROM written
UNION ALL SELECT 'conflict', a.id, a.namespace, a.key, 0
  FROM arrived a JOIN conflicting c ON c.namespace = a.namespace AND c.key = a.key
  WHERE NOT EXISTS (SELECT FROM memory_events e WHERE e.id = a.id)
UNION ALL SELECT 'total', NULL, NULL, NULL, (SELECT count(*) FROM ledger)::int`;

export interface RestoredRow {
  readonly what: 'restored' | 'conflict' | 'total';
  /** Id of an entry that cannot be restored. */
  readonly id: string | null;
  /** Namespace of a coordinate; null in the one row with the number of entries that the ledger did not have. */
  readonly namespace: string;
  readonly key: string;
  readonly entries: number;
}

/** Returns the statement that restores the entries before the deadline; it may contain several for one coordinate. */
export function restoreStatement(entries: readonly RestoredEntry[], deadlineMs: number): Statement {
  const payloads = entries.map(toPayloadColumns);
  const column = <T>(read: (entry: RestoredEntry) => T) => entries.map(read);
  return {
    text: RESTORE,
    values: [
      column(({ id }) => id),
      column(({ eventId }) => eventId),
      column(({ namespace }) => namespace),
      column(({ type }) => type),
      column(({ occurredAtMs }) => occurredAtMs),
      column(({ isAnnounced }) => isAnnounced),
      column(({ key }) => key),
      column(({ version }) => version),
      column(({ memoryType }) => memoryType),
      payloads.map(({ json }) => json),
      column(({ importance }) => importance),
      column(({ importanceNorm }) => importanceNorm),
      column(({ contentHash }) => contentHash),
      column(({ expiresAtMs }) => expiresAtMs),
      column(({ memoryId }) => memoryId),
      column(({ createdVersion }) => createdVersion),
      column(({ createdAtMs }) => createdAtMs),
      column(({ updatedAtMs }) => updatedAtMs),
      column(({ searchedText }) => searchedText),
      column(({ session }) => groupingKey(session)),
      payloads.map(({ text }) => text),
      column(({ validity }) => toValidityColumn(validity)),
      deadlineMs,
    ],
  };
}
