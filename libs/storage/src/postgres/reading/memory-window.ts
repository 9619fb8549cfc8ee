import type { ListPosition, Namespace } from '@sfm/memory';
import type { QueryResultRow } from 'pg';
import type { PostgresDatabase } from '../connection/postgres-database.js';
import { epochMs } from '../rows/epoch-ms.js';
import { isLiveAt } from '../rows/live-memory.js';
import type { SqlParameters } from './sql-parameters.js';

/** The highest id. */
export const LAST_ID = Number.MAX_SAFE_INTEGER;

export interface WindowQuery {
  readonly namespace: Namespace;
  /** Columns of `memories m`. */
  readonly columns: string;
  readonly order: 'oldest first' | 'newest first';
  /** Where to start, exclusive; at the end of the order when omitted. */
  readonly from?: ListPosition | undefined;
  /** SQL on `memories m` that bounds the scan itself; it should be answered by the index. */
  readonly bounds?: string;
  /**
   * Makes rows with the columns of `memories` of the live rows of the window, given as SQL of a table. @default those rows
   */
  readonly rowsOf?: (live: string) => string;
  /** SQL on `memories m`, or the rows made of them, checked on every one of the window. */
  readonly condition: string;
  /** Number of rows looked at, live or not. */
  readonly size: number;
  /** Number of rows returned at most. */
  readonly limit: number;
  readonly now: Date;
}

export interface MemoryWindow<Row> {
  readonly rows: readonly (Row & WindowPlace)[];
  /** Place of the last row looked at; undefined when the limit was reached first, or there are no further rows. */
  readonly edge: ListPosition | undefined;
}

interface WindowPlace {
  readonly place_ms: number;
  readonly place_id: number;
}

type WindowRow = WindowPlace & { readonly is_edge: boolean };

/**
 * Reads live rows of a namespace in creation order along its index, looking at no more than `size` rows whatever they
 * hold. The edge is looked up only if the rows do not reach the limit, in the same statement and so the same snapshot.
 *
 * @param parameters those of `bounds` and `condition`
 */
export async function readWindow<Row extends QueryResultRow>(
  database: PostgresDatabase,
  query: WindowQuery,
  parameters: SqlParameters,
): Promise<MemoryWindow<Row>> {
  const rows = await database.query<Row & WindowRow>({ text: windowSql(query, parameters), values: parameters.values });
  const edge = rows.find(({ is_edge }) => is_edge);
  return { rows: rows.filter(({ is_edge }) => !is_edge), edge: edge && placeOf(edge) };
}

/** Cuts a window that was read with one row more than the limit. `next` is where the following page begins, if any. */
export function cutToPage<Row>({ rows, edge }: MemoryWindow<Row>, limit: number) {
  const listed = rows.slice(0, limit);
  const last = listed.at(-1);
  return { listed, next: rows.length > limit && last ? placeOf(last) : edge };
}

export function placeOf({ place_ms, place_id }: WindowPlace): ListPosition {
  return { createdAtMs: place_ms, id: place_id };
}

function windowSql(query: WindowQuery, parameters: SqlParameters): string {
  const { columns, order, from, bounds = 'true', rowsOf = (live) => live, condition, size, limit, now } = query;
  const [after, direction] = order === 'oldest first' ? ['>', 'ASC'] : ['<', 'DESC'];
  const start = from && [
    `${parameters.add(new Date(from.createdAtMs).toISOString())}::timestamptz`,
    parameters.add(from.id),
  ];
  const sorted = `ORDER BY m.created_at ${direction}, m.id ${direction}`;
  const along = `SELECT * FROM memories m
    WHERE m.namespace = ${parameters.add(query.namespace)} AND ${bounds}
      AND ${start ? `(m.created_at, m.id) ${after} (${start[0]}, ${start[1]}::bigint)` : 'true'}
    ${sorted}`;
  const wanted = (isEdge: boolean) =>
    `SELECT ${columns}, ${epochMs('m.created_at')} AS place_ms, m.id::float8 AS place_id, ${isEdge} AS is_edge`;
  const most = parameters.add(limit);
  const live = `(SELECT * FROM (${along} LIMIT ${parameters.add(size)}) AS m
      WHERE ${isLiveAt('m', parameters.add(now.toISOString()))})`;
  return `SELECT * FROM (
    (${wanted(false)} FROM ${rowsOf(live)} AS m WHERE ${condition} ${sorted} LIMIT ${most})
    UNION ALL
    (${wanted(true)} FROM (${along} OFFSET ${parameters.add(size - 1)} LIMIT 1) AS m)
  ) AS page LIMIT ${most}`;
}
