import { coordinateOfKey, distanceBetween, type Namespace, type NearestQuery, type NearPlaces } from '@sfm/memory';
import type { PostgresDatabase } from '../connection/postgres-database.js';
import { isLiveAt } from '../rows/live-memory.js';
import { filterSql } from './filter-sql.js';
import { SqlParameters } from './sql-parameters.js';
import { validitySql } from './validity-sql.js';

/** Most memories that one search looks at, matching or not. */
export const MOST_LOOKED_AT = 100_000;
/** Numbers of dimensions that the index tells apart; it has those with more in one place. */
const TOLD_APART = 8;
const FIRST_WINDOW = 64;
const WIDER = 4;
const MAX_WINDOW = 8192;

interface Search extends NearestQuery {
  readonly now: Date;
}

interface WindowRow {
  readonly x: number;
  readonly id: number;
  /** Null where the row does not match. */
  readonly key: string | null;
}

interface Found {
  readonly key: string;
  readonly distance: number;
  readonly id: number;
}

/** Where one of the two walks is; `undefined` once it can meet nothing nearer. */
interface Walk {
  readonly towards: 'higher' | 'lower';
  readonly from: { readonly x: number; readonly id: number };
}

/**
 * Walks along the first number of the coordinates, up and down from the one that is asked for. How far a coordinate is away
 * in one dimension is the least that it can be away in all: so a walk ends once that alone is more than the distance of
 * the farthest hit. The distances are computed here, because PostgreSQL refuses squares that over- or underflow.
 */
export async function nearestPlaces(
  database: PostgresDatabase,
  namespace: Namespace,
  search: Search,
): Promise<NearPlaces> {
  const { to, limit, maxDistance = Infinity } = search;
  const [x = 0] = to;
  let found: readonly Found[] = [];
  // Ids begin at 1.
  let walks: readonly Walk[] = [
    { towards: 'higher', from: { x, id: 0 } },
    { towards: 'lower', from: { x, id: 0 } },
  ];
  let lookedAt = 0;
  for (let window = FIRST_WINDOW; walks.length > 0; window = Math.min(MAX_WINDOW, window * WIDER)) {
    const size = Math.min(window, Math.ceil((MOST_LOOKED_AT - lookedAt) / walks.length));
    if (size <= 0) return { places: found.map(toPlace), isComplete: false };
    const steps = await Promise.all(walks.map((walk) => step(database, namespace, { search, walk, size })));
    found = [...found, ...steps.flatMap((rows) => rows.flatMap((row) => nearBy(row, to, maxDistance)))]
      .sort((a, b) => a.distance - b.distance || a.id - b.id)
      .slice(0, limit);
    const farthest = found.length < limit ? maxDistance : (found.at(-1)?.distance ?? maxDistance);
    lookedAt += steps.reduce((sum, rows) => sum + rows.length, 0);
    walks = walks.flatMap(({ towards }, index) => {
      const rows = steps[index] ?? [];
      const last = rows.at(-1);
      return last && rows.length === size && Math.abs(last.x - x) <= farthest ? [{ towards, from: last }] : [];
    });
  }
  return { places: found.map(toPlace), isComplete: true };
}

function nearBy({ key, id }: WindowRow, to: Search['to'], maxDistance: number): Found[] {
  if (key === null) return [];
  const distance = distanceBetween(to, coordinateOfKey(key));
  return distance <= maxDistance ? [{ key, distance, id }] : [];
}

function toPlace({ key, distance }: Found) {
  return { key, distance };
}

/** Behind a policy only leakproof conditions are looked up in an index: the text is that of `memories_places_idx`. */
function hasDimensions(count: number, parameters: SqlParameters): string {
  const cases = Array.from(
    { length: TOLD_APART },
    (_, index) => `WHEN m.coordinate[${index + 2}] IS NULL THEN ${index + 1}`,
  );
  const told = `CASE ${cases.join(' ')} ELSE ${TOLD_APART + 1} END = ${parameters.add(Math.min(count, TOLD_APART + 1))}`;
  if (count <= TOLD_APART) return told;
  return `${told} AND m.coordinate[${count}] IS NOT NULL AND m.coordinate[${count + 1}] IS NULL`;
}

/** Reads the next rows of one walk, in its order. */
async function step(
  database: PostgresDatabase,
  namespace: Namespace,
  { search, walk, size }: { readonly search: Search; readonly walk: Walk; readonly size: number },
): Promise<readonly WindowRow[]> {
  const parameters = new SqlParameters();
  const [after, direction] = walk.towards === 'higher' ? ['>', 'ASC'] : ['<', 'DESC'];
  const from = `(${parameters.add(walk.from.x)}::float8, ${parameters.add(walk.from.id)}::bigint)`;
  const order = `ORDER BY m.coordinate[1] ${direction}, m.id ${direction}`;
  const text = `SELECT m.coordinate[1] AS x, m.id::float8 AS id,
      CASE WHEN ${isLiveAt('m', parameters.add(search.now.toISOString()))} AND (${filterSql(search.filter, parameters)})
          AND ${validitySql(search.valid, parameters)}
        THEN m.coordinate_key END AS key
    FROM (
      SELECT * FROM memories m
      WHERE m.namespace = ${parameters.add(namespace)} AND ${hasDimensions(search.to.length, parameters)}
        AND m.deleted_at IS NULL AND (m.coordinate[1], m.id) ${after} ${from}
      ${order} LIMIT ${parameters.add(size)}
    ) AS m ${order}`;
  return database.query<WindowRow>({ text, values: parameters.values });
}
