import { ContextReader, type Memory, type MemoryFilter, type MemoryReader, type SessionNeighbour } from '@sfm/memory';
import type { PostgresDatabase } from './postgres-database.js';

/** Reads what surrounds candidates from PostgreSQL. */
export class PostgresContextReader extends ContextReader {
  constructor(
    private readonly database: PostgresDatabase,
    private readonly reader: MemoryReader,
  ) {
    super();
  }

  async sessionNeighbours(
    namespace: string,
    keys: readonly string[],
    reach: number,
  ): Promise<readonly SessionNeighbour[]> {
    if (keys.length === 0 || reach < 1) return [];
    return this.database.query<{ of: string; key: string; offset: number }>({
      name: 'sfm_session_neighbours',
      // Materialised without the conditions on session and deletion: with them, a planner without statistics reads the
      // whole namespace through the session index instead of looking the keys up.
      text: `WITH wanted AS MATERIALIZED (
          SELECT w.namespace, w.coordinate_key, w.session, w.id, w.deleted_at, w.expires_at FROM memories w
          WHERE w.namespace = $1 AND w.coordinate_key = ANY($2::text[])
        )
        SELECT m.coordinate_key AS of, near.key, near.distance AS "offset"
        FROM wanted m
        CROSS JOIN LATERAL (
          SELECT b.coordinate_key AS key, -(row_number() OVER (ORDER BY b.id DESC))::int AS distance
          FROM (${neighbours('<', 'DESC')}) AS b
          UNION ALL
          SELECT a.coordinate_key, (row_number() OVER (ORDER BY a.id))::int
          FROM (${neighbours('>', 'ASC')}) AS a
        ) AS near
        WHERE m.session IS NOT NULL AND ${live('m')}`,
      values: [namespace, keys, reach],
    });
  }

  hydrate(namespace: string, keys: readonly string[], now: Date): Promise<readonly Memory[]> {
    return this.reader.findByKeys(namespace, keys, now);
  }

  list(namespace: string, filter: MemoryFilter | undefined, limit: number, now: Date): Promise<readonly Memory[]> {
    return this.reader.list(namespace, { filter, limit }, now);
  }
}

function neighbours(side: '<' | '>', order: 'ASC' | 'DESC'): string {
  return `SELECT n.id, n.coordinate_key FROM memories n
    WHERE n.namespace = m.namespace AND n.session = m.session AND n.session IS NOT NULL
      AND n.id ${side} m.id AND ${live('n')}
    ORDER BY n.id ${order} LIMIT $3`;
}

function live(alias: string): string {
  return `${alias}.deleted_at IS NULL AND (${alias}.expires_at IS NULL OR ${alias}.expires_at > now())`;
}
