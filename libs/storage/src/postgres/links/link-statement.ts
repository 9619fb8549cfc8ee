import type { LinkCommand, RequiredEnds } from '@sfm/memory';
import { voidAfter } from '../changes/void-after.js';
import type { Statement } from '../connection/postgres-database.js';
import { isLive } from '../rows/live-memory.js';
import { toPayloadColumns } from '../rows/payload-columns.js';
import { linkEvents } from './link-events.js';

export interface LinkedRow {
  /** Null, like all the rest, when a required end is missing. */
  readonly version: number | null;
  readonly created: boolean;
  readonly changed: boolean;
  /** The required end where no memory lives. */
  readonly missing: string | null;
}

/**
 * The version of a coordinate that no memory lives at: that of what was deleted, or what the removal of an expired memory will
 * have.
 */
export const bareVersion = (key: string) => `(SELECT m.version + (m.deleted_at IS NULL)::int FROM memories m
      WHERE m.namespace = $1 AND m.coordinate_key = ${key})`;

const CHANGING = ['weight', 'metadata', 'metadata_text', 'from_life', 'to_life'];
const row = (table: string) => `(${CHANGING.map((name) => `${table}.${name}`).join(', ')})`;

/**
 * One statement, hence one transaction: the memories at the ends are locked in the order of their keys, so that neither can
 * be deleted before the link is there to go with it; then the link, its ledger row and its outbox row. A link that is as it
 * is to be is left alone. Nothing is written after the deadline, $10: see `voidAfter`.
 */
const LINK = `
WITH ends AS MATERIALIZED (
  SELECT m.coordinate_key AS key, m.created_version AS life, m.version FROM memories m
  WHERE m.namespace = $1 AND m.coordinate_key IN ($2, $3) AND ${isLive('m')}
  ORDER BY m.coordinate_key
  FOR SHARE OF m
), asked AS MATERIALIZED (
  SELECT (SELECT life FROM ends WHERE key = $2) AS from_life, (SELECT life FROM ends WHERE key = $3) AS to_life,
    coalesce((SELECT version FROM ends WHERE key = $2), ${bareVersion('$2')}, 0) AS from_version,
    coalesce((SELECT version FROM ends WHERE key = $3), ${bareVersion('$3')}, 0) AS to_version,
    clock_timestamp()::timestamptz(3) AS at
), missing AS MATERIALIZED (
  SELECT CASE WHEN from_life IS NULL THEN $2 ELSE $3 END AS key FROM asked
  WHERE $9 <> 'none' AND from_life IS NULL OR $9 = 'both' AND to_life IS NULL
), known AS (
  INSERT INTO namespaces (name) SELECT $1 WHERE NOT EXISTS (SELECT FROM missing) ON CONFLICT DO NOTHING
), written AS (
  INSERT INTO memory_links AS l (namespace, from_key, to_key, link_type, weight, metadata, metadata_text, from_life, to_life,
    created_at, updated_at)
  SELECT $1, $2, $3, $4, $5::float8, $6::jsonb, $7, from_life, to_life, at, at
  FROM asked WHERE NOT EXISTS (SELECT FROM missing)
  ON CONFLICT (namespace, from_key, link_type, to_key) DO UPDATE SET
    weight = excluded.weight, metadata = excluded.metadata, metadata_text = excluded.metadata_text,
    from_life = excluded.from_life, to_life = excluded.to_life, version = l.version + 1,
    updated_at = greatest(l.updated_at, excluded.updated_at)
  WHERE ${row('l')} IS DISTINCT FROM ${row('excluded')}
  RETURNING l.*, ${voidAfter('$10')} AS in_time
), entries AS (
  SELECT w.*, w.updated_at AS at, $8::uuid AS event_id, a.from_version, a.to_version FROM written w, asked a WHERE w.in_time
)${linkEvents('linked', '$11::text')}
SELECT version, version = 1 AS created, true AS changed, NULL AS missing FROM entries
UNION ALL
SELECT NULL, false, false, key FROM missing
UNION ALL
SELECT l.version, false, false, NULL FROM memory_links l
  WHERE l.namespace = $1 AND l.from_key = $2 AND l.link_type = $4 AND l.to_key = $3
    AND NOT EXISTS (SELECT FROM missing) AND NOT EXISTS (SELECT FROM written)`;

/** Returns the statement that makes the link before the deadline. No row: the link went while it was to be changed. */
export function linkStatement(command: LinkCommand, required: RequiredEnds, deadlineMs: number): Statement {
  const { namespace, from, to, type, weight, eventId, traceparent } = command;
  const { json, text } = toPayloadColumns({ payload: command.metadata, payloadJson: command.metadataJson });
  return {
    name: 'sfm_link',
    text: LINK,
    values: [namespace, from.key, to.key, type, weight, json, text, eventId, required, deadlineMs, traceparent ?? null],
  };
}
