import { voidAfter } from '../changes/void-after.js';
import { linkEvents } from '../links/link-events.js';
import { isLive } from '../rows/live-memory.js';

const numbers = (key: string) => `to_jsonb(string_to_array(${key}, ',')::double precision[])`;
const SAME_LINK = (one: string, other: string) =>
  `${one}.from_key = ${other}.from_key AND ${one}.link_type = ${other}.link_type AND ${one}.to_key = ${other}.to_key`;

/** The next links of the source $1 after ($4, $5). */
const NEXT = `SELECT l.* FROM memory_links l
  WHERE l.namespace = $1 AND (l.from_key, l.id) > ($4, $5::bigint) ORDER BY l.from_key, l.id LIMIT 500`;

/** Which links the ledger of the source $1 tells of between $4 and $5. */
const TOLD = `SELECT DISTINCT e.coordinate_key AS from_key, e.payload ->> 'link_type' AS link_type, e.payload -> 'to' AS to_numbers,
    (e.payload ->> 'link_id')::bigint AS link_id
  FROM memory_events e
  WHERE e.namespace = $1 AND e.version IS NULL AND e.type IN ('linked', 'unlinked') AND e.seq > $4::bigint AND e.seq <= $5::bigint`;

const CHANGED = `SELECT l.* FROM memory_links l
  JOIN (SELECT DISTINCT from_key, link_type, to_numbers FROM (${TOLD}) AS told) AS n
    ON n.from_key = l.from_key AND n.link_type = l.link_type AND n.to_numbers = ${numbers('l.to_key')}
  WHERE l.namespace = $1`;

/** The memory at an end, or what was there last. */
const endVersion = (
  live: string,
  key: string,
) => `coalesce(${live}.version, (SELECT m.version + (m.deleted_at IS NULL)::int
    FROM memories m WHERE m.namespace = $2 AND m.coordinate_key = ${key}), 0)`;

/**
 * Makes links that the target $2 lacks, in their order. One that belongs to a memory waits until that is there. Void after $3.
 */
const mirrorLinks = (page: string) => `
WITH page AS MATERIALIZED (${page}), ends AS MATERIALIZED (
  SELECT t.coordinate_key AS key, t.version, t.created_version AS life, ${isLive('t')} AS is_live FROM memories t
  WHERE t.namespace = $2 AND t.coordinate_key IN (SELECT from_key FROM page UNION SELECT to_key FROM page)
  ORDER BY t.coordinate_key FOR SHARE OF t
), arrived AS MATERIALIZED (
  SELECT p.*, CASE WHEN p.from_life IS NOT NULL THEN begins.life END AS begins_life,
    CASE WHEN p.to_life IS NOT NULL THEN ends.life END AS ends_life,
    ${endVersion('begins', 'p.from_key')} AS from_version, ${endVersion('ends', 'p.to_key')} AS to_version
  FROM page p
  LEFT JOIN ends begins ON begins.key = p.from_key AND begins.is_live
  LEFT JOIN ends ON ends.key = p.to_key AND ends.is_live
  WHERE (p.from_life IS NULL OR begins.key IS NOT NULL) AND (p.to_life IS NULL OR ends.key IS NOT NULL)
    AND NOT EXISTS (SELECT FROM memory_links t WHERE t.namespace = $2 AND ${SAME_LINK('t', 'p')})
), known AS (
  INSERT INTO namespaces (name) SELECT $2 WHERE EXISTS (SELECT FROM arrived) ON CONFLICT DO NOTHING
), written AS (
  INSERT INTO memory_links AS l (namespace, from_key, to_key, link_type, weight, metadata, metadata_text, from_life, to_life,
    version, created_at, updated_at, id) OVERRIDING SYSTEM VALUE
  SELECT $2, from_key, to_key, link_type, weight, metadata, metadata_text, begins_life, ends_life, version, created_at, updated_at, id
  FROM arrived ORDER BY id
  ON CONFLICT DO NOTHING
  RETURNING l.*, ${voidAfter('$3')} AS in_time
), entries AS MATERIALIZED (
  SELECT w.*, greatest(clock_timestamp()::timestamptz(3), w.updated_at) AS at, gen_random_uuid() AS event_id, a.from_version,
    a.to_version
  FROM written w JOIN arrived a ON ${SAME_LINK('a', 'w')} WHERE w.in_time
)${linkEvents('linked', 'NULL::text')}
SELECT (SELECT count(*) FROM entries)::int AS made, last.from_key, last.id::float8 AS id
FROM (SELECT) AS one LEFT JOIN (SELECT from_key, id FROM page ORDER BY from_key DESC, id DESC LIMIT 1) AS last ON true`;

export const MIRROR_NEXT_LINKS = mirrorLinks(NEXT);
export const MIRROR_CHANGED_LINKS = mirrorLinks(CHANGED);

export interface MirroredLinksRow {
  readonly made: number;
  /** The last link that was looked at; null when there was none. */
  readonly from_key: string | null;
  readonly id: number | null;
}

/**
 * Removes those of the target $2 that were changed or removed in the source $1 between $4 and $5; what others linked stays. Void
 * after $3.
 */
export const END_CHANGED_LINKS = `
WITH named AS MATERIALIZED (${TOLD}), gone AS (
  DELETE FROM memory_links l USING named n
  WHERE l.namespace = $2 AND l.from_key = n.from_key AND l.link_type = n.link_type AND l.id = n.link_id
    AND ${numbers('l.to_key')} = n.to_numbers
    AND NOT EXISTS (SELECT FROM memory_links s WHERE s.namespace = $1 AND ${SAME_LINK('s', 'l')}
      AND s.id = l.id AND s.version = l.version AND s.updated_at = l.updated_at)
  RETURNING l.*, ${voidAfter('$3')} AS in_time
), entries AS MATERIALIZED (
  SELECT g.*, greatest(clock_timestamp()::timestamptz(3), g.updated_at) AS at, gen_random_uuid() AS event_id FROM gone g WHERE g.in_time
)${linkEvents('unlinked', 'NULL::text')}
SELECT count(*)::int AS ended FROM entries`;

/** Where the next changes of links end: after $2 and until $3, numbers of the ledger. */
export const NEXT_LINK_CHANGES = `SELECT max(seq)::float8 AS last, count(*)::int AS count FROM (
  SELECT e.seq FROM memory_events e WHERE e.namespace = $1 AND e.version IS NULL AND e.type IN ('linked', 'unlinked')
    AND e.seq > $2::bigint AND e.seq <= $3::bigint ORDER BY e.seq LIMIT 200) AS next`;

const isThere = (end: 'from' | 'to') => `(p.${end}_life IS NULL OR EXISTS (SELECT FROM memories m
      WHERE m.namespace = $1 AND m.coordinate_key = p.${end}_key AND ${isLive('m')}))`;

/** Compares the next links of the source $1 after ($3, $4) with those of the target $2. */
export const COMPARE_LINKS = `
WITH page AS MATERIALIZED (
  SELECT l.* FROM memory_links l
  WHERE l.namespace = $1 AND (l.from_key, l.id) > ($3, $4::bigint) ORDER BY l.from_key, l.id LIMIT 5000
), compared AS MATERIALIZED (
  SELECT p.from_key, p.to_key, p.id, ${isThere('from')} AND ${isThere('to')} AS is_there,
    coalesce(t.weight = p.weight AND t.metadata = p.metadata AND t.metadata_text IS NOT DISTINCT FROM p.metadata_text, false) AS is_same
  FROM page p LEFT JOIN memory_links t ON t.namespace = $2 AND ${SAME_LINK('t', 'p')}
)
SELECT counted.*, last.from_key, last.id::float8 AS id FROM (
  SELECT count(*)::int AS looked_at, (count(*) FILTER (WHERE is_there))::int AS found,
    min(from_key || ' to ' || to_key) FILTER (WHERE is_there AND NOT is_same) AS differing
  FROM compared
) AS counted LEFT JOIN (SELECT from_key, id FROM compared ORDER BY from_key DESC, id DESC LIMIT 1) AS last ON true`;
