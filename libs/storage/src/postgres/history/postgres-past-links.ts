import { PastLinks, type Namespace, type PastLink, type PastLinksQuery } from '@sfm/memory';
import type { PostgresDatabase } from '../connection/postgres-database.js';
import { lifeGoesOn } from '../links/life-goes-on.js';
import { IS_LINK } from '../replay/newest-of-a-link.js';

const LIVING = '(SELECT * FROM memories WHERE deleted_at IS NULL)';
const number = (name: string) => `(payload->>'${name}')::float8`;

/**
 * The newest of what the ledger said until $3 (epoch milliseconds) of each link between the coordinates $2, if it says that there
 * is one, and no life has ended at its ends since. A link counts from the time it says of itself, which an import keeps, and a
 * removal from when it was made. At most $4 rows of the ledger are read, and it is told how many.
 */
const AMONG = `
WITH ends AS MATERIALIZED (
  SELECT key, to_jsonb(string_to_array(key, ',')::double precision[]) AS numbers FROM unnest($2::text[]) AS given (key)
), told AS MATERIALIZED (
  SELECT e.* FROM memory_events e
  WHERE e.namespace = $1 AND e.coordinate_key = ANY ($2::text[]) AND ${IS_LINK} AND NOT e.announced LIMIT $4
), newest AS MATERIALIZED (
  SELECT DISTINCT ON (told.coordinate_key, payload->>'link_type', ends.key) told.namespace, told.type, payload,
    told.coordinate_key AS from_key, ends.key AS to_key, payload->>'link_type' AS link_type,
    (payload->>'from_life')::int AS from_life, (payload->>'to_life')::int AS to_life,
    coalesce(payload->>'from_version', payload->>'from_life', '0')::int AS from_version,
    coalesce(payload->>'to_version', payload->>'to_life', '0')::int AS to_version
  FROM told JOIN ends ON ends.numbers = payload->'to'
  WHERE CASE told.type WHEN 'linked' THEN ${number('updated_at')} ELSE ${number('at')} END <= $3::float8
  ORDER BY told.coordinate_key, payload->>'link_type', ends.key, ${number('at')} DESC, seq DESC
)
SELECT looked.count::float8 AS looked, t.from_key AS "from", t.to_key AS "to", t.link_type AS type,
  (t.payload->>'weight')::float8 AS weight, (t.payload->>'link_id')::float8 AS id
FROM (SELECT count(*) FROM told) AS looked
LEFT JOIN newest t ON t.type = 'linked' AND ${lifeGoesOn('from', LIVING)} AND ${lifeGoesOn('to', LIVING)}`;

interface AmongRow extends Omit<PastLink, 'from'> {
  readonly looked: number;
  /** Null, like the rest, where there is no link. */
  readonly from: string | null;
}

/** Reads links of the past along the index of coordinates in the ledger. */
export class PostgresPastLinks extends PastLinks {
  constructor(private readonly database: PostgresDatabase) {
    super();
  }

  async among(
    namespace: Namespace,
    keys: readonly string[],
    { at, most }: PastLinksQuery,
  ): Promise<readonly PastLink[] | undefined> {
    if (keys.length === 0) return [];
    const rows = await this.database.query<AmongRow>({
      text: AMONG,
      values: [namespace, keys, at.getTime(), most + 1],
    });
    if ((rows[0]?.looked ?? 0) > most) return undefined;
    return rows.flatMap(({ looked: _, from, ...link }) => (from === null ? [] : [{ ...link, from }]));
  }
}
