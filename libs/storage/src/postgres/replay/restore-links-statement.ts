import type { RestoredLink } from '@sfm/memory';
import { voidAfter } from '../changes/void-after.js';
import type { Statement } from '../connection/postgres-database.js';
import { lifeGoesOn } from '../links/life-goes-on.js';
import { toPayloadColumns } from '../rows/payload-columns.js';

/**
 * One statement for a batch: locks the memories at the ends as writers of links do, and makes the links with their places in
 * the order of links, unless other links have these places. Nothing is changed after the deadline, $17: see `voidAfter`.
 */
const RESTORE_LINKS = `
WITH told AS MATERIALIZED (
  SELECT t.*, to_timestamp(t.created_ms / 1000)::timestamptz(3) AS created_at,
    to_timestamp(t.updated_ms / 1000)::timestamptz(3) AS updated_at
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::boolean[], $6::float8[], $7::jsonb[], $8::text[], $9::int[],
    $10::int[], $11::int[], $12::int[], $13::int[], $14::bigint[], $15::float8[], $16::float8[]) AS t (namespace, from_key, to_key,
      link_type, there, weight, metadata, metadata_text, version, from_life, to_life, from_version, to_version, id, created_ms, updated_ms)
), ends AS MATERIALIZED (
  SELECT m.namespace, m.coordinate_key, m.created_version FROM memories m
  WHERE (m.namespace, m.coordinate_key) IN (
      SELECT namespace, from_key FROM told UNION SELECT namespace, to_key FROM told) AND m.deleted_at IS NULL
  ORDER BY m.namespace, m.coordinate_key
  FOR SHARE OF m
), kept AS MATERIALIZED (
  SELECT t.*, CASE WHEN row_number() OVER (PARTITION BY t.namespace, t.id) = 1 AND NOT EXISTS (SELECT FROM memory_links l
      WHERE l.namespace = t.namespace AND l.id = t.id AND (l.from_key = t.from_key OR l.to_key = t.to_key)) THEN t.id END AS free_id
  FROM told t WHERE t.there AND ${lifeGoesOn('from', 'ends')} AND ${lifeGoesOn('to', 'ends')}
), counted AS (
  SELECT setval(pg_get_serial_sequence('memory_links', 'id'), greatest((SELECT max(id) FROM told),
    nextval(pg_get_serial_sequence('memory_links', 'id')))) AS id
), known AS (
  INSERT INTO namespaces (name) SELECT DISTINCT namespace FROM kept ORDER BY namespace ON CONFLICT DO NOTHING
), gone AS (
  DELETE FROM memory_links l USING told t
  WHERE NOT t.there AND l.namespace = t.namespace AND l.from_key = t.from_key AND l.link_type = t.link_type
    AND l.to_key = t.to_key AND l.updated_at <= t.updated_at
  RETURNING ${voidAfter('$17')} AS in_time
), made AS (
  INSERT INTO memory_links AS l (namespace, from_key, to_key, link_type, weight, metadata, metadata_text, version, from_life,
    to_life, created_at, updated_at, id) OVERRIDING SYSTEM VALUE
  SELECT namespace, from_key, to_key, link_type, weight, metadata, metadata_text, version, from_life, to_life, created_at,
    updated_at, coalesce(free_id, (SELECT id FROM counted) * 0 + nextval(pg_get_serial_sequence('memory_links', 'id')))
  FROM kept ORDER BY id, created_ms
  ON CONFLICT (namespace, from_key, link_type, to_key) DO UPDATE SET
    weight = excluded.weight, metadata = excluded.metadata, metadata_text = excluded.metadata_text, version = excluded.version,
    from_life = excluded.from_life, to_life = excluded.to_life, created_at = excluded.created_at,
    updated_at = excluded.updated_at
  WHERE l.updated_at < excluded.updated_at OR l.updated_at = excluded.updated_at AND l.version < excluded.version
  RETURNING ${voidAfter('$17')} AS in_time
)
SELECT (SELECT count(*) FROM made WHERE in_time)::int + (SELECT count(*) FROM gone WHERE in_time)::int AS changed,
  (SELECT id FROM counted)::float8 AS highest`;

export interface RestoredLinksRow {
  readonly changed: number;
}

/** Returns the statement that restores the links before the deadline; each link at most once. */
export function restoreLinksStatement(links: readonly RestoredLink[], deadlineMs: number): Statement {
  const metadata = links.map((link) => toPayloadColumns({ payload: link.metadata, payloadJson: link.metadataJson }));
  const column = <T>(read: (link: RestoredLink) => T) => links.map(read);
  return {
    text: RESTORE_LINKS,
    values: [
      column(({ namespace }) => namespace),
      column(({ from }) => from.key),
      column(({ to }) => to.key),
      column(({ type }) => type),
      column(({ isThere }) => isThere),
      column(({ weight }) => weight),
      metadata.map(({ json }) => json),
      metadata.map(({ text }) => text),
      column(({ version }) => version),
      column(({ from }) => from.life),
      column(({ to }) => to.life),
      column(({ from }) => from.version),
      column(({ to }) => to.version),
      column(({ id }) => id),
      column(({ createdAtMs }) => createdAtMs),
      column(({ updatedAtMs }) => updatedAtMs),
      deadlineMs,
    ],
  };
}
