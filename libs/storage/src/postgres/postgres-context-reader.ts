import {
  ContextReader,
  type Memory,
  type MemoryFilter,
  type MemoryReader,
  type NeighbourQuery,
  type SessionNeighbour,
} from '@sfm/memory';
import { filterSql } from './filter-sql.js';
import type { PostgresDatabase } from './postgres-database.js';
import { SqlParameters } from './sql-parameters.js';

/** What a filter looks at. */
const FILTERED_COLUMNS = ', n.type, n.created_at, n.payload';

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
    { reach, filter }: NeighbourQuery,
  ): Promise<readonly SessionNeighbour[]> {
    if (keys.length === 0 || reach < 1) return [];
    const parameters = new SqlParameters();
    const wanted = `w.namespace = ${parameters.add(namespace)} AND w.coordinate_key = ANY(${parameters.add(keys)}::text[])`;
    const limit = parameters.add(reach);
    const columns = filter ? FILTERED_COLUMNS : '';
    return this.database.query<{ of: string; key: string; offset: number }>({
      // A connection keeps for good what it has prepared, and filters have any number of shapes.
      ...(filter ? {} : { name: 'sfm_session_neighbours' }),
      // Materialised without the conditions on session and deletion: with them, a planner without statistics reads the
      // whole namespace through the session index instead of looking the keys up.
      text: `WITH wanted AS MATERIALIZED (
          SELECT w.namespace, w.coordinate_key, w.session, w.id, w.deleted_at, w.expires_at FROM memories w
          WHERE ${wanted}
        )
        SELECT w.coordinate_key AS of, m.coordinate_key AS key, m.distance AS "offset"
        FROM wanted w
        CROSS JOIN LATERAL (
          SELECT b.*, -(row_number() OVER (ORDER BY b.id DESC))::int AS distance
          FROM (${neighbours('<', 'DESC', columns)} LIMIT ${limit}) AS b
          UNION ALL
          SELECT a.*, (row_number() OVER (ORDER BY a.id))::int
          FROM (${neighbours('>', 'ASC', columns)} LIMIT ${limit}) AS a
        ) AS m
        WHERE w.session IS NOT NULL AND ${live('w')} AND ${filterSql(filter, parameters)}`,
      values: parameters.values,
    });
  }

  hydrate(namespace: string, keys: readonly string[], now: Date): Promise<readonly Memory[]> {
    return this.reader.findByKeys(namespace, keys, now);
  }

  list(namespace: string, filter: MemoryFilter | undefined, limit: number, now: Date): Promise<readonly Memory[]> {
    return this.reader.list(namespace, { filter, limit }, now);
  }
}

function neighbours(side: '<' | '>', order: 'ASC' | 'DESC', columns: string): string {
  return `SELECT n.id, n.coordinate_key${columns} FROM memories n
    WHERE n.namespace = w.namespace AND n.session = w.session AND n.session IS NOT NULL
      AND n.id ${side} w.id AND ${live('n')}
    ORDER BY n.id ${order}`;
}

function live(alias: string): string {
  return `${alias}.deleted_at IS NULL AND (${alias}.expires_at IS NULL OR ${alias}.expires_at > now())`;
}
