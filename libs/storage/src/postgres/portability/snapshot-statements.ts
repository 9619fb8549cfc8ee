import { epochMs } from '../rows/epoch-ms.js';
import { isLiveAt } from '../rows/live-memory.js';
import { memoryPayload } from '../rows/payload-columns.js';
import { WRITTEN_AT } from '../history/written-at.js';
import { effectiveValidity } from './effective-validity.js';
import { memoryAt } from './memory-at.js';

/** Most rows of a page, and about how many bytes of payloads it may have; one row comes whatever its size. */
export const PAGE_ROWS = 500;
const PAGE_BYTES = 4 * 1024 * 1024;

/** Most earlier versions of one memory that are exported, the newest ones, and about how many bytes of them. */
const MAX_VERSIONS = 1000;
const MAX_VERSIONS_BYTES = 16 * 1024 * 1024;

/** Size of JSON as text; what is compressed has to be read for it. */
const textBytes = (column: string) =>
  `coalesce(CASE WHEN pg_column_compression(${column}) IS NULL THEN pg_column_size(${column}) ELSE octet_length(${column}::text) END, 0)`;

/** What is exported of the coordinate `other.key`. */
const EXPORTED = `SELECT past.validity FROM ${memoryAt('$1', 'other.key')} AS o
      CROSS JOIN LATERAL (SELECT e.* FROM memory_events e
        WHERE e.namespace = o.namespace AND e.coordinate_key = o.coordinate_key AND e.version IS NOT NULL AND e.seq <= $4::bigint
        ORDER BY e.version DESC LIMIT 1) AS past
      WHERE ${isLiveAt('o', '$5')} AND past.version >= o.created_version AND past.type <> 'deleted' AND past.payload_form = 'sent'`;

/**
 * The next memories after ($2, $3) in order of creation, as they were at $4, a number of the ledger. Each that lives now is
 * looked up in the ledger, one step along the index of versions: where nothing was written since, the row itself is what
 * was then, otherwise the ledger row is. A memory whose newest ledger row is lost is taken as it is. Rows that are no memory
 * of then come without content, for their places.
 */
export const MEMORIES = `
WITH page AS MATERIALIZED (
  SELECT m.* FROM memories m
  WHERE m.namespace = $1 AND (m.created_at, m.id) > ($2::timestamptz, $3::bigint)
  ORDER BY m.created_at, m.id LIMIT ${PAGE_ROWS}
), found AS MATERIALIZED (
  SELECT m.created_at, m.id, e.seq AS seq,
    e.version IS NOT DISTINCT FROM m.version OR NOT EXISTS (SELECT FROM memory_events n
      WHERE n.namespace = m.namespace AND n.coordinate_key = m.coordinate_key AND n.version = m.version) AS is_row,
    e.version >= m.created_version AND e.type <> 'deleted' AND e.payload_form = 'sent'
      AND (e.expires_at IS NULL OR e.expires_at > $5::timestamptz) AS is_past
  FROM page m
  LEFT JOIN LATERAL (SELECT * FROM memory_events e
    WHERE e.namespace = m.namespace AND e.coordinate_key = m.coordinate_key AND e.version IS NOT NULL AND e.seq <= $4::bigint
    ORDER BY e.version DESC LIMIT 1) AS e ON true
  WHERE ${isLiveAt('m', '$5')}
), sized AS MATERIALIZED (
  SELECT m.*, f.seq AS past_seq, coalesce(f.is_row, false) AS is_row, NOT f.is_row AND f.is_past AS is_past,
    sum(CASE WHEN f.is_row OR f.is_past THEN ${textBytes('m.payload')} ELSE 0 END) OVER upto - CASE WHEN f.is_row OR f.is_past
      THEN ${textBytes('m.payload')} ELSE 0 END AS bytes_before
  FROM page m LEFT JOIN found f ON f.id = m.id AND f.created_at = m.created_at
  WINDOW upto AS (ORDER BY m.created_at, m.id)
)
SELECT ${epochMs('m.created_at')} AS place_ms, m.id::float8 AS place_id, m.coordinate_key AS key, m.coordinate,
  m.created_version, m.is_row OR coalesce(m.is_past, false) AS is_wanted,
  CASE WHEN m.is_row THEN m.type ELSE e.memory_type END AS type,
  CASE WHEN m.is_row THEN own.payload WHEN e.payload_text IS NULL THEN e.payload END AS payload,
  CASE WHEN m.is_row THEN own.payload_text ELSE e.payload_text END AS payload_text,
  CASE WHEN m.is_row THEN m.importance ELSE e.importance END AS importance,
  CASE WHEN m.is_row THEN m.importance_norm ELSE coalesce(e.importance_norm, 0) END AS importance_norm,
  CASE WHEN m.is_row THEN m.version ELSE e.version END AS version,
  ${epochMs(`CASE WHEN m.is_row THEN m.updated_at ELSE ${WRITTEN_AT} END`)} AS updated_at_ms,
  ${epochMs('CASE WHEN m.is_row THEN m.expires_at ELSE e.expires_at END')} AS expires_at_ms,
  ${effectiveValidity('held.validity', 'm.coordinate_key', EXPORTED)} AS validity,
  CASE WHEN m.is_row AND $6::boolean THEN m.embedding END AS embedding,
  CASE WHEN m.is_row AND $6::boolean THEN m.embedding_space END AS embedding_space
FROM sized m
CROSS JOIN LATERAL (SELECT ${memoryPayload()}) AS own
LEFT JOIN memory_events e ON m.is_past AND e.seq = m.past_seq
CROSS JOIN LATERAL (SELECT CASE WHEN m.is_row THEN m.validity ELSE e.validity END AS validity) AS held
WHERE m.bytes_before < ${PAGE_BYTES}
ORDER BY m.created_at, m.id`;

/** The versions of $2 from $3 until below $4, as the ledger had them at $5, newest first. */
export const VERSIONS = `
SELECT version, type, ${epochMs('at')} AS at_ms, memory_type, payload_form, payload, payload_text, importance,
  importance_norm, ${epochMs('expires_at')} AS expires_at_ms, validity
FROM (
  SELECT e.version, e.type, ${WRITTEN_AT} AS at, e.memory_type, e.payload_form, e.importance, e.importance_norm, e.expires_at,
    e.validity, CASE WHEN e.payload_text IS NULL THEN e.payload END AS payload, e.payload_text,
    sum(${textBytes('e.payload')}) OVER (ORDER BY e.version DESC) AS bytes
  FROM (SELECT * FROM memory_events
    WHERE namespace = $1 AND coordinate_key = $2 AND version >= $3 AND version < $4 AND seq <= $5::bigint
    ORDER BY version DESC LIMIT ${MAX_VERSIONS}) AS e
) AS sized
WHERE bytes <= ${MAX_VERSIONS_BYTES}
ORDER BY version DESC`;

/** A memory that has expired and is not removed yet takes the links along that were made while it lived. */
const isShown = (
  end: string,
) => `NOT EXISTS (SELECT FROM ${memoryAt('l.namespace', `l.${end}_key`)} AS m WHERE m.deleted_at IS NULL
      AND m.expires_at <= $5::timestamptz AND (l.${end}_life IS NOT NULL OR l.updated_at < m.expires_at))`;

const numbers = (key: string) => `to_jsonb(string_to_array(${key}, ',')::double precision[])`;

/**
 * The next links after ($2, $3) by where they begin and when they were made, as they were at $4. Those that the ledger says
 * were changed since are read from it.
 */
export const LINKS = `
WITH page AS MATERIALIZED (
  SELECT l.* FROM memory_links l
  WHERE l.namespace = $1 AND (l.from_key, l.id) > ($2, $3::bigint)
  ORDER BY l.from_key, l.id LIMIT ${PAGE_ROWS}
), later AS MATERIALIZED (
  SELECT DISTINCT e.coordinate_key AS from_key, e.payload ->> 'link_type' AS link_type, e.payload -> 'to' AS to_numbers
  FROM (SELECT DISTINCT from_key FROM page) AS begins
  CROSS JOIN LATERAL (SELECT * FROM memory_events e
    WHERE e.namespace = $1 AND e.coordinate_key = begins.from_key AND e.version IS NULL
      AND e.seq > $4::bigint AND e.type IN ('linked', 'unlinked') OFFSET 0) AS e
)
SELECT l.id::float8 AS id, l.namespace, l.from_key, l.to_key, l.link_type, l.weight, l.metadata, l.metadata_text, l.version,
  ${epochMs('l.created_at')} AS created_at_ms, ${epochMs('l.updated_at')} AS updated_at_ms,
  (c.from_key IS NULL OR coalesce(past.type = 'linked', false)) AND ${isShown('from')} AND ${isShown('to')} AS is_wanted,
  CASE WHEN c.from_key IS NOT NULL THEN past.payload END AS past, past.payload_text AS past_text
FROM page l
LEFT JOIN later c ON c.from_key = l.from_key AND c.link_type = l.link_type AND c.to_numbers = ${numbers('l.to_key')}
LEFT JOIN LATERAL (SELECT e.type, e.payload, e.payload_text FROM memory_events e
  WHERE c.from_key IS NOT NULL AND e.namespace = l.namespace AND e.coordinate_key = l.from_key AND e.version IS NULL
    AND e.seq <= $4::bigint AND e.type IN ('linked', 'unlinked')
    AND e.payload ->> 'link_type' = l.link_type AND e.payload -> 'to' = ${numbers('l.to_key')}
  ORDER BY e.seq DESC LIMIT 1) AS past ON true
ORDER BY l.from_key, l.id`;
