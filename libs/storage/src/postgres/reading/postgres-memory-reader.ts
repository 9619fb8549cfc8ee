import {
  MemoryReader,
  type Coordinate,
  type CoordinateBox,
  type KeywordQuery,
  type ListQuery,
  type Memory,
  type MemoryCounts,
  type MemoryOutline,
} from '@sfm/memory';
import { outsideTraces } from '@sfm/observability';
import { filterSql } from './filter-sql.js';
import { keywordMatcher, keywordPrefilterSql } from './keyword-match.js';
import { isLive } from '../rows/live-memory.js';
import {
  MEMORY_COLUMNS,
  OUTLINE_COLUMNS,
  toMemory,
  toOutline,
  type MemoryRow,
  type OutlineRow,
} from '../rows/memory-row.js';
import type { PostgresDatabase } from '../connection/postgres-database.js';
import { SqlParameters } from './sql-parameters.js';

/** Rows fetched at once while looking for keyword matches. */
const KEYWORD_PAGE = 200;
/** Memories of the first window that is looked through, and how much larger each next one is. */
const FIRST_WINDOW = 1_000;
const WINDOW_GROWTH = 4;

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

  async findOutlines(namespace: string, keys: readonly string[], now: Date): Promise<readonly MemoryOutline[]> {
    if (keys.length === 0) return [];
    const rows = await this.database.query<OutlineRow>({
      name: 'sfm_find_outlines',
      text: `SELECT ${OUTLINE_COLUMNS} FROM memories m
        WHERE m.namespace = $1 AND m.coordinate_key = ANY($2::text[]) AND ${liveAt('$3')}`,
      values: [namespace, keys, now.toISOString()],
    });
    return rows.map(toOutline);
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

  /**
   * Looks through windows of growing size, newest first: a common word is found without reading the whole namespace,
   * a rare one in few round trips. (One query for both fails: the planner can not know how common a word is.)
   */
  async keywordSearch(namespace: string, query: KeywordQuery, now: Date): Promise<readonly Memory[]> {
    const matches = keywordMatcher(query);
    const found: Memory[] = [];
    let windowSize = FIRST_WINDOW;
    let beforeId: number | null = Number.MAX_SAFE_INTEGER;
    while (found.length < query.limit && beforeId !== null) {
      const fromId = await this.windowStart(namespace, beforeId, windowSize);
      if (fromId === null) break;
      const page = await this.keywordPage(namespace, query, { fromId, beforeId, now });
      found.push(...page.filter(({ payload }) => matches(payload)));
      if (page.length === KEYWORD_PAGE) {
        beforeId = page.at(-1)?.id ?? null;
      } else {
        beforeId = fromId;
        windowSize *= WINDOW_GROWTH;
      }
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

  /** Rows that a writer holds at this moment are passed over. Done for many reads at once, so it is in no trace. */
  async touch(namespace: string, keys: readonly string[], now: Date): Promise<void> {
    if (keys.length === 0) return;
    const statement = {
      name: 'sfm_touch',
      text: `WITH free AS MATERIALIZED (
          SELECT m.coordinate_key FROM memories m
          WHERE m.namespace = $1 AND m.coordinate_key = ANY($2::text[]) AND m.deleted_at IS NULL
          ORDER BY m.coordinate_key FOR NO KEY UPDATE SKIP LOCKED)
        UPDATE memories m SET access_count = m.access_count + 1,
          last_accessed_at = greatest(m.last_accessed_at, $3::timestamptz)
        FROM free WHERE m.namespace = $1 AND m.coordinate_key = free.coordinate_key`,
      values: [namespace, keys, now.toISOString()],
    };
    await outsideTraces(() => this.database.queryWithRetry(statement));
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

  /** Id of the last of up to `size` memories before an id, newest first; null when there is none. */
  private async windowStart(namespace: string, beforeId: number, size: number): Promise<number | null> {
    const [row] = await this.database.query<{ id: string | null }>({
      text: `SELECT min(w.id) AS id FROM (
          SELECT id FROM memories WHERE namespace = $1 AND id < $2 ORDER BY id DESC LIMIT $3) AS w`,
      values: [namespace, beforeId, size],
    });
    return row?.id == null ? null : Number(row.id);
  }

  private async keywordPage(
    namespace: string,
    query: KeywordQuery,
    { fromId, beforeId, now }: { readonly fromId: number; readonly beforeId: number; readonly now: Date },
  ): Promise<readonly Memory[]> {
    const parameters = new SqlParameters();
    const rows = await this.database.query<MemoryRow>({
      text: `SELECT ${MEMORY_COLUMNS} FROM memories m
        WHERE m.namespace = ${parameters.add(namespace)}
          AND m.id >= ${parameters.add(fromId)} AND m.id < ${parameters.add(beforeId)}
          AND ${liveAt(parameters.add(now.toISOString()))}
          AND ${query.type === undefined ? 'true' : `m.type = ${parameters.add(query.type)}`}
          AND ${keywordPrefilterSql(query, parameters)}
        ORDER BY m.id DESC LIMIT ${KEYWORD_PAGE}`,
      values: parameters.values,
    });
    return rows.map(toMemory);
  }
}

/** Condition for memories that exist at a time. */
function liveAt(now: string): string {
  return isLive('m', `${now}::timestamptz`);
}

/** A dimension that the coordinate does not have is not compared. */
function boundsSql(bounds: Coordinate, operator: '>=' | '<=', parameters: SqlParameters): string[] {
  return bounds.map(
    (bound, index) => `m.coordinate[${index + 1}] ${operator} ${parameters.add(bound)}::double precision IS NOT FALSE`,
  );
}
