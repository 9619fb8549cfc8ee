import { ImportanceHistory, type Namespace } from '@sfm/memory';
import type { PostgresDatabase } from '../connection/postgres-database.js';

/** Number of memories looked at, with an importance or without. */
const WINDOW = 5_000;

/** Reads the recent importances of a namespace from PostgreSQL. */
export class PostgresImportanceHistory extends ImportanceHistory {
  constructor(private readonly database: PostgresDatabase) {
    super();
  }

  /** Most namespaces have no importances: looking for the first one must not read them all. */
  async recentImportances(namespace: Namespace, limit: number): Promise<readonly number[]> {
    const rows = await this.database.query<{ importance: number }>({
      text: `SELECT m.importance FROM (
          SELECT importance, created_at, id FROM memories
          WHERE namespace = $1 ORDER BY created_at DESC, id DESC LIMIT ${WINDOW}) AS m
        WHERE m.importance IS NOT NULL
        ORDER BY m.created_at DESC, m.id DESC LIMIT $2`,
      values: [namespace, limit],
    });
    return rows.map(({ importance }) => importance).reverse();
  }
}
