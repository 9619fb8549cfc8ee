import {
  CoordinateSearch,
  type Coordinate,
  type CoordinatePage,
  type CoordinateQuery,
  type NearestQuery,
  type NearPlaces,
  type Namespace,
} from '@sfm/memory';
import type { PostgresDatabase } from '../connection/postgres-database.js';
import { cutToPage, readWindow } from './memory-window.js';
import { nearestPlaces } from './nearest-places.js';
import { SqlParameters } from './sql-parameters.js';
import { validitySql } from './validity-sql.js';

/** Number of memories that one page looks at, inside the box or not. */
const PAGE_WINDOW = 50_000;

/** Finds memories in PostgreSQL by coordinate. */
export class PostgresCoordinateSearch extends CoordinateSearch {
  constructor(private readonly database: PostgresDatabase) {
    super();
  }

  async range(
    namespace: Namespace,
    { min, max, type, valid, after, limit }: CoordinateQuery,
    now: Date,
  ): Promise<CoordinatePage> {
    const parameters = new SqlParameters();
    const bounds = [...boundsSql(min, '>=', parameters), ...boundsSql(max, '<=', parameters)];
    if (type !== undefined) bounds.push(`m.type = ${parameters.add(type)}`);
    bounds.push(validitySql(valid, parameters));
    const window = await readWindow<{ coordinate: number[] }>(
      this.database,
      {
        namespace,
        columns: 'm.coordinate',
        order: 'oldest first',
        from: after,
        condition: bounds.join(' AND '),
        size: PAGE_WINDOW,
        limit: limit + 1,
        now,
      },
      parameters,
    );
    const { listed, next } = cutToPage(window, limit);
    return { coordinates: listed.map(({ coordinate }) => coordinate), ...(next ? { next } : {}) };
  }

  nearest(namespace: Namespace, query: NearestQuery, now: Date): Promise<NearPlaces> {
    return nearestPlaces(this.database, namespace, { ...query, now });
  }
}

/** A dimension that the coordinate lacks is not compared. */
function boundsSql(bounds: Coordinate, operator: '>=' | '<=', parameters: SqlParameters): string[] {
  return bounds.map(
    (bound, index) => `m.coordinate[${index + 1}] ${operator} ${parameters.add(bound)}::double precision IS NOT FALSE`,
  );
}
