import { KeywordSearch, type KeywordQuery, type Memory, type Namespace } from '@sfm/memory';
import type { PostgresDatabase } from '../connection/postgres-database.js';
import { isLiveAt } from '../rows/live-memory.js';
import { MEMORY_COLUMNS, toMemory, type MemoryRow } from '../rows/memory-row.js';
import { keywordMatcher, keywordPrefilterSql } from './keyword-match.js';
import { SqlParameters } from './sql-parameters.js';

/** Rows fetched at once in a keyword search. */
const KEYWORD_PAGE = 200;
/** Memories in the first search window, and the growth factor of each next window. */
const FIRST_WINDOW = 1_000;
const WINDOW_GROWTH = 4;

/** Finds memories in PostgreSQL by words in their payloads. */
export class PostgresKeywordSearch extends KeywordSearch {
  constructor(private readonly database: PostgresDatabase) {
    super();
  }

  /**
   * Searches windows of growing size, newest first: finds a common word without reading the whole namespace, and a rare
   * one in few round trips. (One query cannot do both: the planner cannot know how common a word is.)
   */
  async search(namespace: Namespace, query: KeywordQuery, now: Date): Promise<readonly Memory[]> {
    const matches = keywordMatcher(query);
    const found: Memory[] = [];
    let windowSize = FIRST_WINDOW;
    let beforeId: number | null = Number.MAX_SAFE_INTEGER;
    while (found.length < query.limit && beforeId !== null) {
      const fromId = await this.windowStart(namespace, beforeId, windowSize);
      if (fromId === null) break;
      const page = await this.page(namespace, query, { fromId, beforeId, now });
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

  /** Returns the id of the last of up to `size` memories before an id, newest first; null when there is none. */
  private async windowStart(namespace: Namespace, beforeId: number, size: number): Promise<number | null> {
    const [row] = await this.database.query<{ id: string | null }>({
      text: `SELECT min(w.id) AS id FROM (
          SELECT id FROM memories WHERE namespace = $1 AND id < $2 ORDER BY id DESC LIMIT $3) AS w`,
      values: [namespace, beforeId, size],
    });
    return row?.id == null ? null : Number(row.id);
  }

  private async page(
    namespace: Namespace,
    query: KeywordQuery,
    { fromId, beforeId, now }: { readonly fromId: number; readonly beforeId: number; readonly now: Date },
  ): Promise<readonly Memory[]> {
    const parameters = new SqlParameters();
    const rows = await this.database.query<MemoryRow>({
      text: `SELECT ${MEMORY_COLUMNS} FROM memories m
        WHERE m.namespace = ${parameters.add(namespace)}
          AND m.id >= ${parameters.add(fromId)} AND m.id < ${parameters.add(beforeId)}
          AND ${isLiveAt('m', parameters.add(now.toISOString()))}
          AND ${query.type === undefined ? 'true' : `m.type = ${parameters.add(query.type)}`}
          AND ${keywordPrefilterSql(query, parameters)}
        ORDER BY m.id DESC LIMIT ${KEYWORD_PAGE}`,
      values: parameters.values,
    });
    return rows.map(toMemory);
  }
}
