import { MemoryCatalog, type ListQuery, type Memory, type MemoryCounts, type Namespace } from '@sfm/memory';
import type { PostgresDatabase } from '../connection/postgres-database.js';
import { isLiveAt } from '../rows/live-memory.js';
import { MEMORY_COLUMNS, toMemory, type MemoryRow } from '../rows/memory-row.js';
import { filterSql } from './filter-sql.js';
import { SqlParameters } from './sql-parameters.js';

/** Lists the memories in PostgreSQL. */
export class PostgresMemoryCatalog extends MemoryCatalog {
  constructor(private readonly database: PostgresDatabase) {
    super();
  }

  async list(namespace: Namespace, query: ListQuery, now: Date): Promise<readonly Memory[]> {
    const parameters = new SqlParameters();
    const rows = await this.database.query<MemoryRow>({
      text: `SELECT ${MEMORY_COLUMNS} FROM memories m
        WHERE m.namespace = ${parameters.add(namespace)} AND m.id > ${parameters.add(query.afterId ?? 0)}
          AND ${isLiveAt('m', parameters.add(now.toISOString()))} AND ${filterSql(query.filter, parameters)}
        ORDER BY m.id LIMIT ${parameters.add(query.limit)}`,
      values: parameters.values,
    });
    return rows.map(toMemory);
  }

  async counts(namespace: Namespace | undefined, now: Date): Promise<MemoryCounts> {
    const rows = await this.database.query<{ type: string; count: number }>({
      text: `SELECT m.type, count(*)::float8 AS count FROM memories m
        WHERE ${namespace === undefined ? '$2::text IS NULL' : 'm.namespace = $2'} AND ${isLiveAt('m', '$1')} GROUP BY m.type`,
      values: [now.toISOString(), namespace ?? null],
    });
    const episodic = rows.find(({ type }) => type === 'episodic')?.count ?? 0;
    const semantic = rows.find(({ type }) => type === 'semantic')?.count ?? 0;
    return { total: episodic + semantic, episodic, semantic };
  }
}
