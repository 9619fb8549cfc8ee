import { CoordinateSearch, type Coordinate, type CoordinateBox, type Namespace } from '@sfm/memory';
import type { PostgresDatabase } from '../connection/postgres-database.js';
import { isLiveAt } from '../rows/live-memory.js';
import { SqlParameters } from './sql-parameters.js';

/** Finds memories in PostgreSQL by coordinate. */
export class PostgresCoordinateSearch extends CoordinateSearch {
  constructor(private readonly database: PostgresDatabase) {
    super();
  }

  async range(namespace: Namespace, box: CoordinateBox, now: Date): Promise<readonly Coordinate[]> {
    const parameters = new SqlParameters();
    const bounds = [...boundsSql(box.min, '>=', parameters), ...boundsSql(box.max, '<=', parameters)];
    const rows = await this.database.query<{ coordinate: number[] }>({
      text: `SELECT m.coordinate FROM memories m
        WHERE m.namespace = ${parameters.add(namespace)} AND ${isLiveAt('m', parameters.add(now.toISOString()))}
          AND ${box.type === undefined ? 'true' : `m.type = ${parameters.add(box.type)}`}
          AND ${bounds.length === 0 ? 'true' : bounds.join(' AND ')}
        ORDER BY m.id`,
      values: parameters.values,
    });
    return rows.map(({ coordinate }) => coordinate);
  }
}

/** A dimension that the coordinate lacks is not compared. */
function boundsSql(bounds: Coordinate, operator: '>=' | '<=', parameters: SqlParameters): string[] {
  return bounds.map(
    (bound, index) => `m.coordinate[${index + 1}] ${operator} ${parameters.add(bound)}::double precision IS NOT FALSE`,
  );
}
