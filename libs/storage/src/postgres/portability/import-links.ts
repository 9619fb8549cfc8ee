import type { ImportedLink, JsonObject, Namespace } from '@sfm/memory';
import { voidAfter } from '../changes/void-after.js';
import type { Statement } from '../connection/postgres-database.js';
import { linkEvents } from '../links/link-events.js';
import { bareVersion } from '../links/link-statement.js';
import { isLive } from '../rows/live-memory.js';
import { memoryAt } from './memory-at.js';
import { toPayloadColumns } from '../rows/payload-columns.js';

/** The memories at the ends, locked in key order as whoever links does it, so that none is deleted meanwhile. */
const LOCK_ENDS = `SELECT m.coordinate_key AS key FROM memories m
  WHERE m.namespace = $1 AND m.coordinate_key = ANY ($2::text[]) AND ${isLive('m')}
  ORDER BY m.coordinate_key FOR SHARE OF m`;

export function lockEndsStatement(namespace: Namespace, links: readonly ImportedLink[]): Statement {
  const keys = new Set(links.flatMap(({ from, to }) => [from.key, to.key]));
  return { name: 'sfm_import_ends', text: LOCK_ENDS, values: [namespace, [...keys]] };
}

const EXISTING = `SELECT l.from_key, l.link_type, l.to_key, l.version, l.weight, l.metadata, l.metadata_text
  FROM unnest($2::text[], $3::text[], $4::text[]) AS asked (from_key, link_type, to_key)
  JOIN memory_links l ON l.namespace = $1 AND l.from_key = asked.from_key AND l.link_type = asked.link_type
    AND l.to_key = asked.to_key
  ORDER BY l.from_key, l.link_type, l.to_key FOR UPDATE OF l`;

export interface ExistingLinkRow {
  readonly from_key: string;
  readonly link_type: string;
  readonly to_key: string;
  readonly version: number;
  readonly weight: number;
  readonly metadata: JsonObject;
  readonly metadata_text: string | null;
}

export function existingLinksStatement(namespace: Namespace, links: readonly ImportedLink[]): Statement {
  return {
    name: 'sfm_import_existing_links',
    text: EXISTING,
    values: [
      namespace,
      links.map(({ from }) => from.key),
      links.map(({ type }) => type),
      links.map(({ to }) => to.key),
    ],
  };
}

/** A link to write, over the version that is there, or over none (0). */
export interface PlacedLink {
  readonly link: ImportedLink;
  readonly over: number;
}

const liveEnd = (name: string, key: string) =>
  `LEFT JOIN LATERAL ${memoryAt('$1', `a.${key}`)} AS ${name} ON ${isLive(name)}`;

/**
 * Writes links with their ledger and outbox rows, as changes of now: a replay tells by that whether they were removed before. One that somebody has made or changed meanwhile is not returned.
 */
const IMPORT_LINKS = `
WITH arrived AS MATERIALIZED (
  SELECT a.*, begins.created_version AS from_life, ends.created_version AS to_life,
    coalesce(begins.version, ${bareVersion('a.from_key')}, 0) AS from_version,
    coalesce(ends.version, ${bareVersion('a.to_key')}, 0) AS to_version
  FROM unnest($2::text[], $3::text[], $4::text[], $5::float8[], $6::jsonb[], $7::text[], $8::int[], $9::timestamptz[],
    $10::timestamptz[], $11::int[]) WITH ORDINALITY
    AS a (from_key, link_type, to_key, weight, metadata, metadata_text, version, created_at, updated_at, over, position)
  ${liveEnd('begins', 'from_key')}
  ${liveEnd('ends', 'to_key')}
), known AS (
  INSERT INTO namespaces (name) SELECT $1 WHERE EXISTS (SELECT FROM arrived) ON CONFLICT DO NOTHING
), written AS (
  INSERT INTO memory_links AS l (namespace, from_key, to_key, link_type, weight, metadata, metadata_text, from_life, to_life,
    version, created_at, updated_at)
  SELECT $1, from_key, to_key, link_type, weight, metadata, metadata_text, from_life, to_life, version, created_at, updated_at
  FROM arrived ORDER BY position
  ON CONFLICT (namespace, from_key, link_type, to_key) DO UPDATE SET
    weight = excluded.weight, metadata = excluded.metadata, metadata_text = excluded.metadata_text,
    from_life = excluded.from_life, to_life = excluded.to_life, version = l.version + 1,
    updated_at = greatest(l.updated_at, excluded.updated_at)
  WHERE l.version = (SELECT a.over FROM arrived a WHERE a.from_key = excluded.from_key
    AND a.link_type = excluded.link_type AND a.to_key = excluded.to_key)
  RETURNING l.*, ${voidAfter('$12')} AS in_time
), entries AS MATERIALIZED (
  SELECT w.*, greatest(clock_timestamp()::timestamptz(3), w.updated_at) AS at, gen_random_uuid() AS event_id, a.from_version, a.to_version FROM written w
  JOIN arrived a ON a.from_key = w.from_key AND a.link_type = w.link_type AND a.to_key = w.to_key
  WHERE w.in_time
)${linkEvents('linked', 'NULL::text')}
SELECT from_key FROM entries`;

export function importLinksStatement(
  namespace: Namespace,
  placed: readonly PlacedLink[],
  deadlineMs: number,
): Statement {
  const column = <T>(read: (link: ImportedLink) => T) => placed.map(({ link }) => read(link));
  const metadata = placed.map(({ link }) =>
    toPayloadColumns({ payload: link.metadata, payloadJson: link.metadataJson }),
  );
  return {
    text: IMPORT_LINKS,
    values: [
      namespace,
      column(({ from }) => from.key),
      column(({ type }) => type),
      column(({ to }) => to.key),
      column(({ weight }) => weight),
      metadata.map(({ json }) => json),
      metadata.map(({ text }) => text),
      column(({ version }) => version),
      column(({ createdAt }) => createdAt.toISOString()),
      column(({ updatedAt }) => updatedAt.toISOString()),
      placed.map(({ over }) => over),
      deadlineMs,
    ],
  };
}
