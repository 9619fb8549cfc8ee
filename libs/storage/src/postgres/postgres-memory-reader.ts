import {
  MemoryReader,
  type Coordinate,
  type CoordinateBox,
  type KeywordQuery,
  type ListQuery,
  type Memory,
  type MemoryCounts,
} from '@sfm/memory';
import { filterSql } from './filter-sql.js';
import { keywordMatcher, keywordPrefilter } from './keyword-match.js';
import { MEMORY_COLUMNS, toMemory, type MemoryRow } from './memory-row.js';
import type { PostgresDatabase } from './postgres-database.js';
import { SqlParameters } from './sql-parameters.js';

/** Rows read at once while looking for keyword matches. */
const KEYWORD_PAGE = 200;

/** Reads the current state of memories from PostgreSQL. */
export class PostgresMemoryReader extends MemoryReader {
  constructor(private readonly database: PostgresDatabase) {
    super();
  }

  async findByKeys(namespace: string, keys: readonly string[], now: Date): Promise<readonly Memory[]> {
    if (keys.length === 0) return [];
    const rows = await this.database.query<MemoryRow>({
      name: 'sfm_find',
      text: `SELECT ${MEMORY_COLUMNS} FROM memories m
        WHERE m.namespace = $1 AND m.coordinate_key = ANY($2::text[]) AND ${liveAt('$3')}`,
      values: [namespace, keys, now.toISOString()],
    });
    return rows.map(toMemory);
  }

  async list(namespace: string, query: ListQuery, now: Date): Promise<readonly Memory[]> {
    const parameters = new SqlParameters();
    const rows = await this.database.query<MemoryRow>({
      text: `SELECT ${MEMORY_COLUMNS} FROM memories m
        WHERE m.namespace = ${parameters.add(namespace)} AND m.id > ${parameters.add(query.afterId ?? 0)}
          AND ${liveAt(parameters.add(now.toISOString()))} AND ${filterSql(query.filter, parameters)}
        ORDER BY m.id LIMIT ${parameters.add(query.limit)}`,
      values: parameters.values,
    });
    return rows.map(toMemory);
  }

  async range(namespace: string, box: CoordinateBox, now: Date): Promise<readonly Coordinate[]> {
    const parameters = new SqlParameters();
    const bounds = [...boundsSql(box.min, '>=', parameters), ...boundsSql(box.max, '<=', parameters)];
    const rows = await this.database.query<{ coordinate: number[] }>({
      text: `SELECT m.coordinate FROM memories m
        WHERE m.namespace = ${parameters.add(namespace)} AND ${liveAt(parameters.add(now.toISOString()))}
          AND ${box.type === undefined ? 'true' : `m.type = ${parameters.add(box.type)}`}
          AND ${bounds.length === 0 ? 'true' : bounds.join(' AND ')}
        ORDER BY m.id`,
      values: parameters.values,
    });
    return rows.map(({ coordinate }) => coordinate);
  }

  async keywordSearch(namespace: string, query: KeywordQuery, now: Date): Promise<readonly Memory[]> {
    const matches = keywordMatcher(query);
    const found: Memory[] = [];
    let beforeId: number | undefined;
    while (found.length < query.limit) {
      const page = await this.keywordPage(namespace, query, now, beforeId);
      found.push(...page.filter(({ payload }) => matches(payload)));
      beforeId = page.at(-1)?.id;
      if (page.length < KEYWORD_PAGE) break;
    }
    return found.slice(0, query.limit);
  }

  async counts(namespace: string | undefined, now: Date): Promise<MemoryCounts> {
    const rows = await this.database.query<{ type: string; count: number }>({
      text: `SELECT m.type, count(*)::float8 AS count FROM memories m
        WHERE ${namespace === undefined ? '$2::text IS NULL' : 'm.namespace = $2'} AND ${liveAt('$1')} GROUP BY m.type`,
      values: [now.toISOString(), namespace ?? null],
    });
    const episodic = rows.find(({ type }) => type === 'episodic')?.count ?? 0;
    const semantic = rows.find(({ type }) => type === 'semantic')?.count ?? 0;
    return { total: episodic + semantic, episodic, semantic };
  }

  /** Rows that a writer holds at this moment are passed over. */
  async touch(namespace: string, keys: readonly string[], now: Date): Promise<void> {
    if (keys.length === 0) return;
    await this.database.queryWithRetry({
      name: 'sfm_touch',
      text: `WITH free AS MATERIALIZED (
          SELECT m.coordinate_key FROM memories m
          WHERE m.namespace = $1 AND m.coordinate_key = ANY($2::text[]) AND m.deleted_at IS NULL
          ORDER BY m.coordinate_key FOR NO KEY UPDATE SKIP LOCKED)
        UPDATE memories m SET access_count = m.access_count + 1,
          last_accessed_at = greatest(m.last_accessed_at, $3::timestamptz)
        FROM free WHERE m.namespace = $1 AND m.coordinate_key = free.coordinate_key`,
      values: [namespace, keys, now.toISOString()],
    });
  }

  async recentImportances(namespace: string, limit: number): Promise<readonly number[]> {
    const rows = await this.database.query<{ importance: number }>({
      text: `SELECT m.importance FROM memories m
        WHERE m.namespace = $1 AND m.deleted_at IS NULL AND m.importance IS NOT NULL
        ORDER BY m.id DESC LIMIT $2`,
      values: [namespace, limit],
    });
    return rows.map(({ importance }) => importance).reverse();
  }

  private async keywordPage(
    namespace: string,
    query: KeywordQuery,
    now: Date,
    beforeId: number | undefined,
  ): Promise<readonly Memory[]> {
    const { expression, pattern } = keywordPrefilter(query);
    const parameters = new SqlParameters();
    const rows = await this.database.query<MemoryRow>({
      text: `SELECT ${MEMORY_COLUMNS} FROM memories m
        WHERE m.namespace = ${parameters.add(namespace)} AND ${liveAt(parameters.add(now.toISOString()))}
          AND ${query.type === undefined ? 'true' : `m.type = ${parameters.add(query.type)}`}
          AND ${beforeId === undefined ? 'true' : `m.id < ${parameters.add(beforeId)}`}
          AND ${expression} LIKE ${parameters.add(pattern)}
        ORDER BY m.id DESC LIMIT ${KEYWORD_PAGE}`,
      values: parameters.values,
    });
    return rows.map(toMemory);
  }
}

/** Condition for memories that exist at a time. */
function liveAt(now: string): string {
  return `m.deleted_at IS NULL AND (m.expires_at IS NULL OR m.expires_at > ${now}::timestamptz)`;
}

/** A dimension that the coordinate does not have is not compared. */
function boundsSql(bounds: Coordinate, operator: '>=' | '<=', parameters: SqlParameters): string[] {
  return bounds.map(
    (bound, index) => `m.coordinate[${index + 1}] ${operator} ${parameters.add(bound)}::double precision IS NOT FALSE`,
  );
}
