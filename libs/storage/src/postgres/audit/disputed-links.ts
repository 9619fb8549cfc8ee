import { coordinateKey, type DisputedLink } from '@sfm/memory';
import type { PostgresDatabase } from '../connection/postgres-database.js';
import { lifeGoesOn } from '../links/life-goes-on.js';
import { IS_LINK, NEWEST_OF_A_LINK } from '../replay/newest-of-a-link.js';
import { IS_DANGLING } from './dangling-link.js';

const numbers = (key: string) => `to_jsonb(string_to_array(${key}, ',')::double precision[])`;
const LIVING = '(SELECT * FROM memories WHERE deleted_at IS NULL)';

/** The next $3 coordinates after $2 that links lead from, with what the ledger and the table do not both say, at one instant. */
const NEXT = `
WITH page AS MATERIALIZED (
  SELECT key FROM (
    (SELECT DISTINCT from_key AS key FROM memory_links WHERE namespace = $1 AND from_key > $2 ORDER BY from_key LIMIT $3)
    UNION
    (SELECT DISTINCT coordinate_key FROM memory_events
      WHERE namespace = $1 AND coordinate_key > $2 AND ${IS_LINK} ORDER BY coordinate_key LIMIT $3)
  ) AS known ORDER BY key LIMIT $3
), told AS MATERIALIZED (
  SELECT e.namespace, e.coordinate_key AS from_key, e.type, e.announced, e.payload, e.payload->>'link_type' AS link_type,
    e.payload->'to' AS to_numbers,
    (e.payload->>'from_life')::int AS from_life, (e.payload->>'to_life')::int AS to_life,
    coalesce(e.payload->>'from_version', e.payload->>'from_life', '0')::int AS from_version,
    coalesce(e.payload->>'to_version', e.payload->>'to_life', '0')::int AS to_version
  FROM page CROSS JOIN LATERAL (${NEWEST_OF_A_LINK('$1', 'page.key')}) AS e
  WHERE e.payload ? 'link_type'
), held AS MATERIALIZED (
  SELECT l.*, ${numbers('l.to_key')} AS to_numbers, ${IS_DANGLING} AS is_dangling
  FROM memory_links l JOIN page ON page.key = l.from_key WHERE l.namespace = $1
), compared AS (
  SELECT coalesce(l.from_key, t.from_key) AS "from", coalesce(l.to_numbers, t.to_numbers) AS "to",
    coalesce(l.link_type, t.link_type) AS type,
    CASE
      WHEN l.from_key IS NULL THEN CASE WHEN t.type = 'linked' AND NOT t.announced AND ${lifeGoesOn('from', LIVING)} THEN 'missing' END
      WHEN l.is_dangling THEN NULL
      WHEN t.from_key IS NULL OR t.type = 'unlinked' AND NOT t.announced THEN 'unrecorded'
      WHEN NOT t.announced AND ((t.payload->>'version')::float8, (t.payload->>'weight')::float8, t.payload->'metadata')
        IS DISTINCT FROM (l.version::float8, l.weight, l.metadata) THEN 'differing'
    END AS dispute, t.to_life, t.to_version
  FROM told t FULL JOIN held l ON l.from_key = t.from_key AND l.link_type = t.link_type AND l.to_numbers = t.to_numbers
)
SELECT edge.key AS edge, c."from", c."to", c.type, c.dispute, c.to_life, c.to_version
FROM (SELECT max(key) AS key FROM page) AS edge LEFT JOIN compared c ON c.dispute IS NOT NULL
WHERE edge.key IS NOT NULL
ORDER BY c."from", c.type, c."to"`;

interface DisputedRow {
  /** The last coordinate of the page. */
  readonly edge: string;
  /** Null, like the rest, on a page without disputes. */
  readonly from: string | null;
  readonly to: readonly number[];
  readonly type: string;
  readonly dispute: DisputedLink['dispute'];
  /** What the ledger says of the end that the link leads to. */
  readonly to_life: number | null;
  readonly to_version: number | null;
}

/**
 * The places of those of the ends where a link could still lead to. The text of a coordinate is made in one way, which is not that
 * of PostgreSQL, so it is made between the two statements; what ends between them has ended rightly.
 */
const STANDING = `
SELECT t.place::int AS place
FROM (SELECT $1::text AS namespace, u.* FROM unnest($2::text[], $3::int[], $4::int[]) WITH ORDINALITY
  AS u (to_key, to_life, to_version, place)) AS t
WHERE ${lifeGoesOn('to', LIVING)}`;

/** Compares `memory_links` with what the ledger says of links; see `TruthAudit.scanLinks`. */
export async function* disputedLinks(
  database: PostgresDatabase,
  namespace: string,
  coordinates: number,
): AsyncGenerator<readonly DisputedLink[]> {
  let edge: string | undefined = '';
  while (edge !== undefined) {
    const rows: DisputedRow[] = await database.query<DisputedRow>({
      text: NEXT,
      values: [namespace, edge, coordinates],
    });
    const found = await standing(database, namespace, rows);
    if (found.length > 0) yield found;
    edge = rows[0]?.edge;
  }
}

/** Leaves out links that are missing because the memory that they led to is. */
async function standing(
  database: PostgresDatabase,
  namespace: string,
  rows: readonly DisputedRow[],
): Promise<readonly DisputedLink[]> {
  const disputed = rows.flatMap(({ from, to, type, dispute, to_life: life, to_version: version }) =>
    from === null ? [] : [{ link: { from, to: coordinateKey(to), type, dispute }, life, version }],
  );
  const missing = disputed.filter(({ link }) => link.dispute === 'missing');
  if (missing.length === 0) return disputed.map(({ link }) => link);
  const ends = await database.query<{ place: number }>({
    text: STANDING,
    values: [
      namespace,
      missing.map(({ link }) => link.to),
      missing.map(({ life }) => life),
      missing.map(({ version }) => version),
    ],
  });
  const lasting = new Set(ends.map(({ place }) => missing[place - 1]));
  return disputed.filter((one) => one.link.dispute !== 'missing' || lasting.has(one)).map(({ link }) => link);
}
