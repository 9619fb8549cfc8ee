import { ImportanceHistory, type Namespace } from '@sfm/memory';
import type { PostgresDatabase } from '../connection/postgres-database.js';

/** Reads the recent importances of a namespace from PostgreSQL. */
export class PostgresImportanceHistory extends ImportanceHistory {
  constructor(private readonly database: PostgresDatabase) {
    super();
  }

  async recentImportances(namespace: Namespace, limit: number): Promise<readonly number[]> {
    const rows = await this.database.query<{ importance: number }>({
      text: `SELECT m.importance FROM memories m
        WHERE m.namespace = $1 AND m.deleted_at IS NULL AND m.importance IS NOT NULL
        ORDER BY m.id DESC LIMIT $2`,
      values: [namespace, limit],
    });
    return rows.map(({ importance }) => importance).reverse();
  }
}
