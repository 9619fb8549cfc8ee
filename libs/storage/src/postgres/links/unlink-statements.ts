import type { PruneCommand, UnlinkCommand } from '@sfm/memory';
import { voidAfter } from '../changes/void-after.js';
import type { Statement } from '../connection/postgres-database.js';
import { linkEvents } from './link-events.js';

export interface UnlinkedRow {
  readonly removed: number;
}

export interface PrunedRow extends UnlinkedRow {
  readonly looked_at: number;
  readonly refused: boolean;
}

/** The links that are gone, as entries of the ledger. */
const GONE = `entries AS MATERIALIZED (
  SELECT g.*, greatest(clock_timestamp()::timestamptz(3), g.updated_at) AS at, gen_random_uuid() AS event_id FROM gone g WHERE g.in_time
)`;

/** Removes links, with a ledger row and an outbox row for each. Nothing is removed after the deadline: see `voidAfter`. */
const UNLINK = `
WITH gone AS (
  DELETE FROM memory_links l
  WHERE l.namespace = $1 AND l.from_key = $2 AND l.to_key = $3 AND ($4::text IS NULL OR l.link_type = $4)
  RETURNING l.*, ${voidAfter('$5')} AS in_time
), ${GONE}${linkEvents('unlinked', '$6::text')}
SELECT count(*)::int AS removed FROM entries`;

/** As `UNLINK`, of the links of a coordinate; one that was changed meanwhile stays. */
const PRUNE = `
WITH ranked AS MATERIALIZED (
  SELECT link_type, to_key, version, weight, row_number() OVER (ORDER BY weight DESC, id) AS place
  FROM memory_links
  WHERE namespace = $1 AND from_key = $2 AND ($3::text IS NULL OR link_type = $3)
), doomed AS MATERIALIZED (
  SELECT * FROM ranked WHERE weight < $4::float8 OR place > $5::bigint
), verdict AS MATERIALIZED (
  SELECT looked_at, looked_at > 0 AND looked_at = going AND NOT $6::boolean AS refused
  FROM (SELECT (SELECT count(*) FROM ranked)::int AS looked_at, (SELECT count(*) FROM doomed)::int AS going) AS counted
), gone AS (
  DELETE FROM memory_links l USING doomed d, verdict v
  WHERE NOT v.refused AND l.namespace = $1 AND l.from_key = $2 AND l.link_type = d.link_type AND l.to_key = d.to_key
    AND l.version = d.version
  RETURNING l.*, ${voidAfter('$7')} AS in_time
), ${GONE}${linkEvents('unlinked', '$8::text')}
SELECT (SELECT count(*) FROM entries)::int AS removed, looked_at, refused FROM verdict`;

export function unlinkStatement(command: UnlinkCommand, deadlineMs: number): Statement {
  const { namespace, fromKey, toKey, type, traceparent } = command;
  return {
    name: 'sfm_unlink',
    text: UNLINK,
    values: [namespace, fromKey, toKey, type ?? null, deadlineMs, traceparent ?? null],
  };
}

export function pruneStatement(command: PruneCommand, deadlineMs: number): Statement {
  const { namespace, fromKey, type, weightBelow, maxDegree, allowsAll, traceparent } = command;
  return {
    name: 'sfm_prune_links',
    text: PRUNE,
    values: [
      namespace,
      fromKey,
      type ?? null,
      weightBelow ?? null,
      maxDegree ?? null,
      allowsAll,
      deadlineMs,
      traceparent ?? null,
    ],
  };
}

/** As `UNLINK`, of any links of a namespace that were last written before a moment; those that others hold are passed over. */
const REMOVE_LINKS = `
WITH doomed AS MATERIALIZED (
  SELECT l.from_key, l.link_type, l.to_key FROM memory_links l
  WHERE l.namespace = $1 AND l.updated_at <= $2
  LIMIT $3 FOR UPDATE SKIP LOCKED
), gone AS (
  DELETE FROM memory_links l USING doomed d
  WHERE l.namespace = $1 AND l.from_key = d.from_key AND l.link_type = d.link_type AND l.to_key = d.to_key
  RETURNING l.*, ${voidAfter('$4')} AS in_time
), ${GONE}${linkEvents('unlinked', '$5::text')}
SELECT count(*)::int AS removed FROM entries`;

export interface LinksOfNamespace {
  readonly namespace: string;
  /** Only those last written until then, ISO 8601. */
  readonly before: string;
  readonly limit: number;
  readonly traceparent: string | undefined;
}

export function removeLinksStatement(cut: LinksOfNamespace, deadlineMs: number): Statement {
  const { namespace, before, limit, traceparent } = cut;
  return { text: REMOVE_LINKS, values: [namespace, before, limit, deadlineMs, traceparent ?? null] };
}
