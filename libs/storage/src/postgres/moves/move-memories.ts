import { voidAfter } from '../changes/void-after.js';
import { epochMs } from '../rows/epoch-ms.js';
import { isLive } from '../rows/live-memory.js';

/**
 * SQL for the id of the ledger row that mirrors one of the source in a life of the target. It follows from what is mirrored, so
 * that what is there is not made again.
 *
 * @param entry the source's ledger row
 * @param life version that began the life in the target
 */
const mirrorId = (entry: string, life: string) => `md5(${entry}.id::text || $4 || (${life})::text)::uuid`;

/** The next places after ($2, $3) until ($4, $5) in order of creation, and how many versions each memory has. */
export const NEXT_MEMORIES = `SELECT m.coordinate_key AS key, ${epochMs('m.created_at')} AS created_at_ms,
  m.id::float8 AS id, ${isLive('m')} AS is_live, m.version - m.created_version + 1 AS versions
FROM memories m
WHERE m.namespace = $1 AND (m.created_at, m.id) > ($2::timestamptz, $3::bigint)
  AND (m.created_at, m.id) <= ($4::timestamptz, $5::bigint)
ORDER BY m.created_at, m.id LIMIT 500`;

/** The last place in order of creation. */
export const LAST_MEMORY = `SELECT ${epochMs('m.created_at')} AS created_at_ms, m.id::float8 AS id
FROM memories m WHERE m.namespace = $1 ORDER BY m.created_at DESC, m.id DESC LIMIT 1`;

/**
 * The next coordinates with changes after $2 and until $3, numbers of the ledger, by their first change after $4: each comes
 * once.
 */
export const CHANGED_MEMORIES = `SELECT e.coordinate_key AS key, e.seq::float8 AS seq FROM memory_events e
WHERE e.namespace = $1 AND e.version IS NOT NULL AND e.seq > $2::bigint AND e.seq <= $3::bigint
  AND NOT EXISTS (SELECT FROM memory_events p WHERE p.namespace = e.namespace AND p.coordinate_key = e.coordinate_key
    AND p.version = e.version - 1 AND p.seq > $4::bigint)
ORDER BY e.seq LIMIT 200`;

/**
 * What is at the coordinates $3 of the target $2, locked in key order, and which version of the source $1 it mirrors: null where
 * it is of somebody else.
 */
export const HELD = `
WITH held AS MATERIALIZED (
  SELECT t.coordinate_key AS key, t.version, t.created_version, ${isLive('t')} AS is_live
  FROM memories t WHERE t.namespace = $2 AND t.coordinate_key = ANY ($3::text[]) AND t.deleted_at IS NULL
  ORDER BY t.coordinate_key FOR UPDATE OF t
)
SELECT held.key, held.is_live, ours.version AS mirrors, s.created_version AS source_life, coalesce(${isLive('s')}, false) AS is_moved
FROM held
LEFT JOIN memories s ON s.namespace = $1 AND s.coordinate_key = held.key
LEFT JOIN LATERAL (
  SELECT e.version FROM memory_events e, memory_events newest
  WHERE e.namespace = $1 AND e.coordinate_key = held.key AND e.version IS NOT NULL
    AND newest.namespace = $2 AND newest.coordinate_key = held.key AND newest.version = held.version
    AND newest.id = ${mirrorId('e', 'held.created_version')}
) AS ours ON true`;

export interface HeldRow {
  readonly key: string;
  readonly is_live: boolean;
  readonly mirrors: number | null;
  readonly source_life: number | null;
  readonly is_moved: boolean;
}

/**
 * Brings the coordinates $3 of the target $2 to where they are in the source $1: the ledger rows of the present life that the
 * target lacks, the row itself, and one outbox row. Where the target holds a life, it is the mirror of that of the source.
 * Void after $5.
 */
export const MIRROR = `
WITH asked AS MATERIALIZED (
  SELECT s.*, life.first, t.id AS held_id, coalesce(t.version, told.version) AS base,
    CASE WHEN t.deleted_at IS NULL AND t.id IS NOT NULL THEN t.created_version - life.first
      ELSE coalesce(coalesce(t.version, told.version) + 1 - life.first, 0) END AS shift
  FROM memories s
  CROSS JOIN LATERAL (SELECT min(e.version) AS first FROM memory_events e
    WHERE e.namespace = s.namespace AND e.coordinate_key = s.coordinate_key AND e.version >= s.created_version) AS life
  LEFT JOIN memories t ON t.namespace = $2 AND t.coordinate_key = s.coordinate_key
  LEFT JOIN LATERAL (SELECT max(e.version) AS version FROM memory_events e
    WHERE t.id IS NULL AND e.namespace = $2 AND e.coordinate_key = s.coordinate_key) AS told ON true
  WHERE s.namespace = $1 AND s.coordinate_key = ANY ($3::text[]) AND ${isLive('s')} AND life.first IS NOT NULL
), fresh AS MATERIALIZED (
  SELECT e.*, a.first, a.shift, ${mirrorId('e', 'a.first + a.shift')} AS mirror_id
  FROM asked a
  JOIN memory_events e ON e.namespace = $1 AND e.coordinate_key = a.coordinate_key AND e.version BETWEEN a.first AND a.version
  WHERE NOT EXISTS (SELECT FROM memory_events k WHERE k.id = ${mirrorId('e', 'a.first + a.shift')})
), changed AS MATERIALIZED (
  SELECT ordered.*, coalesce(held_id, nextval('memories_id_seq')) AS place
  FROM (SELECT * FROM asked a WHERE EXISTS (SELECT FROM fresh f WHERE f.coordinate_key = a.coordinate_key)
    ORDER BY a.created_at, a.id) AS ordered
), written AS (
  INSERT INTO memories AS m (namespace, coordinate_key, id, coordinate, version, created_version, type, payload, payload_text,
    payload_text_version, searched_text, session, importance, importance_norm, content_hash, created_at, updated_at, expires_at,
    embedding, embedding_space, validity, access_count, last_accessed_at, pending_since)
  SELECT $2, coordinate_key, place, coordinate, version + shift, first + shift, type, payload, payload_text,
    CASE WHEN payload_text_version = version THEN version + shift END, searched_text, session, importance, importance_norm,
    content_hash, created_at, updated_at, expires_at, embedding, embedding_space, validity, access_count, last_accessed_at,
    clock_timestamp()
  FROM changed ORDER BY coordinate_key COLLATE "C"
  ON CONFLICT (namespace, coordinate_key) DO UPDATE SET
    version = excluded.version, created_version = excluded.created_version, type = excluded.type, payload = excluded.payload,
    payload_text = excluded.payload_text, payload_text_version = excluded.payload_text_version,
    searched_text = excluded.searched_text, session = excluded.session, importance = excluded.importance,
    importance_norm = excluded.importance_norm, content_hash = excluded.content_hash, created_at = excluded.created_at,
    updated_at = excluded.updated_at, expires_at = excluded.expires_at, deleted_at = NULL, embedding = excluded.embedding,
    embedding_space = excluded.embedding_space, validity = excluded.validity, access_count = excluded.access_count,
    last_accessed_at = excluded.last_accessed_at, pending_since = excluded.pending_since
  WHERE m.version = (SELECT c.base FROM changed c WHERE c.coordinate_key = excluded.coordinate_key)
  RETURNING m.coordinate_key, m.id AS memory_id, m.created_version AS life, ${voidAfter('$5')} AS in_time
), ledger AS (
  INSERT INTO memory_events (id, event_id, namespace, type, "timestamp", payload, payload_text, payload_form, announced,
    coordinate_key, coordinate, memory_type, version, importance, content_hash, memory_id, created_version, created_at,
    updated_at, importance_norm, expires_at, validity)
  SELECT f.mirror_id, f.mirror_id, $2, CASE WHEN f.version = f.first THEN 'created' ELSE f.type END, f."timestamp", f.payload,
    f.payload_text, f.payload_form, false, f.coordinate_key, f.coordinate, f.memory_type, f.version + f.shift, f.importance,
    f.content_hash, w.memory_id, w.life, f.created_at, f.updated_at, f.importance_norm, f.expires_at, f.validity
  FROM fresh f JOIN written w ON w.coordinate_key = f.coordinate_key AND w.in_time
  ORDER BY f.coordinate_key, f.version
  RETURNING id, coordinate_key, version
), queued AS (
  INSERT INTO outbox (event_id, namespace, coordinate_key, version)
  SELECT l.id, $2, l.coordinate_key, l.version FROM ledger l
  JOIN changed c ON c.coordinate_key = l.coordinate_key AND l.version = c.version + c.shift
  ORDER BY c.place
  RETURNING event_id
)
SELECT c.coordinate_key AS key, w.coordinate_key IS NOT NULL AS is_written
FROM changed c LEFT JOIN written w ON w.coordinate_key = c.coordinate_key AND w.in_time`;

/**
 * Compares the next memories of the source $1 after $3 with those of the target $2, and hands over how often they were read. What
 * was made of the same content by another release may have another hash.
 */
export const COMPARE_MEMORIES = `
WITH page AS MATERIALIZED (
  SELECT m.*, ${isLive('m')} AS is_live FROM memories m
  WHERE m.namespace = $1 AND m.coordinate_key > $3 ORDER BY m.coordinate_key LIMIT 5000
), read AS (
  UPDATE memories t SET access_count = greatest(t.access_count, p.access_count),
    last_accessed_at = greatest(t.last_accessed_at, p.last_accessed_at)
  FROM page p
  WHERE t.namespace = $2 AND t.coordinate_key = p.coordinate_key AND t.deleted_at IS NULL AND p.is_live
    AND (p.access_count > t.access_count OR p.last_accessed_at > coalesce(t.last_accessed_at, '-infinity'))
)
SELECT count(*)::int AS looked_at, max(p.coordinate_key) AS last, (count(*) FILTER (WHERE p.is_live))::int AS found,
  min(p.coordinate_key) FILTER (WHERE p.is_live AND NOT coalesce(t.deleted_at IS NULL AND t.content_hash = p.content_hash
    AND t.expires_at IS NOT DISTINCT FROM p.expires_at AND t.validity IS NOT DISTINCT FROM p.validity, false)) AS differing
FROM page p
LEFT JOIN memories t ON t.namespace = $2 AND t.coordinate_key = p.coordinate_key`;

/** A part of what `COMPARE_MEMORIES` or the comparison of links looked at. */
export interface ComparedRow {
  readonly looked_at: number;
  readonly found: number;
  readonly differing: string | null;
}
