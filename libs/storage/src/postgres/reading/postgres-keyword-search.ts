import {
  fitting,
  KeywordSearch,
  literalMatcher,
  type KeywordLookup,
  type KeywordPage,
  type KeywordQuery,
  type ListPosition,
  type Memory,
  type Namespace,
} from '@sfm/memory';
import type { PostgresDatabase } from '../connection/postgres-database.js';
import { isLiveAt } from '../rows/live-memory.js';
import { MEMORY_COLUMNS, toMemory, type MemoryRow } from '../rows/memory-row.js';
import { keywordPrefilterSql } from './keyword-match.js';
import { placeOf, readWindow } from './memory-window.js';
import { SqlParameters } from './sql-parameters.js';
import { validitySql } from './validity-sql.js';

/** Rows fetched at once. */
const FETCHED = 200;
/** Memories in the first window, and how much larger each next one is. */
const FIRST_WINDOW = 1_000;
const WINDOW_GROWTH = 4;
/** Memories that one search looks at, in windows of all sizes. */
const LOOKED_AT = 21_000;

/** Finds memories in PostgreSQL by words in their payloads. */
export class PostgresKeywordSearch extends KeywordSearch {
  constructor(private readonly database: PostgresDatabase) {
    super();
  }

  /**
   * Searches windows of growing size, newest first: finds a common word after a few rows, and looks for a rare one in few
   * round trips. (One query cannot do both: the planner cannot know how common a word is.)
   */
  async search(namespace: Namespace, query: KeywordQuery, now: Date): Promise<KeywordPage> {
    const matches = literalMatcher(query);
    const found: Memory[] = [];
    let size = FIRST_WINDOW;
    let left = LOOKED_AT;
    let { before } = query;
    while (left > 0) {
      const look = { size: Math.min(size, left), now };
      const { rows, edge, isFull } = await fitting(FETCHED, (limit) =>
        this.window(namespace, { ...query, before }, { ...look, limit }),
      );
      found.push(...rows.map(toMemory).filter(({ payload }) => matches(payload)));
      const last = rows.at(-1);
      if (found.length >= query.limit || (!isFull && !edge)) return { memories: found.slice(0, query.limit) };
      // A window that is read in parts counts anew with each: what they hold looks like a match.
      before = isFull && last ? placeOf(last) : edge;
      left -= Math.min(size, left);
      if (!isFull) size *= WINDOW_GROWTH;
    }
    return { memories: found, ...(before ? { next: before } : {}) };
  }

  async among(
    namespace: Namespace,
    { keys, type, valid, ...query }: KeywordLookup,
    now: Date,
  ): Promise<readonly Memory[]> {
    const matches = literalMatcher(query);
    const parameters = new SqlParameters();
    const conditions = [
      `m.namespace = ${parameters.add(namespace)} AND m.coordinate_key = ANY(${parameters.add(keys)}::text[])`,
      isLiveAt('m', parameters.add(now.toISOString())),
      type === undefined ? 'true' : `m.type = ${parameters.add(type)}`,
      validitySql(valid, parameters),
    ];
    const rows = await this.database.query<MemoryRow>({
      text: `SELECT ${MEMORY_COLUMNS} FROM memories m WHERE ${conditions.join(' AND ')}`,
      values: parameters.values,
    });
    return rows.map(toMemory).filter(({ payload }) => matches(payload));
  }

  private async window(
    namespace: Namespace,
    query: KeywordQuery & { readonly before: ListPosition | undefined },
    { size, limit, now }: { readonly size: number; readonly limit: number; readonly now: Date },
  ) {
    const parameters = new SqlParameters();
    const type = query.type === undefined ? 'true' : `m.type = ${parameters.add(query.type)}`;
    const valid = validitySql(query.valid, parameters);
    const condition = `${type} AND ${valid} AND ${keywordPrefilterSql(query, parameters)}`;
    const window = await readWindow<MemoryRow>(
      this.database,
      {
        namespace,
        columns: MEMORY_COLUMNS,
        order: 'newest first',
        from: query.before,
        condition,
        size,
        limit,
        now,
      },
      parameters,
    );
    return { ...window, isFull: window.rows.length === limit };
  }
}
