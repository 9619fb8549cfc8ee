import { setTimeout as delay } from 'node:timers/promises';
import {
  MemoryCatalog,
  type ListPosition,
  type ListQuery,
  type MemoryCounts,
  type MemoryPage,
  type Namespace,
} from '@sfm/memory';
import type { PostgresDatabase } from '../connection/postgres-database.js';
import { MEMORY_COLUMNS, toMemory, type MemoryRow } from '../rows/memory-row.js';
import { SettledWrites } from '../writing/write-moment.js';
import { createdSql, filterSql } from './filter-sql.js';
import { cutToPage, LAST_ID, readWindow } from './memory-window.js';
import { MemoryCounter } from './memory-counter.js';
import { SqlParameters } from './sql-parameters.js';
import { validitySql } from './validity-sql.js';

/** Number of memories that one page looks at, whether they match or not. */
const PAGE_WINDOW = 10_000;
/** How long a page waits for writes under way, if it would be empty otherwise. */
const SETTLE_MS = 1000;
const SETTLE_POLL_MS = 20;

/** Lists and counts the memories in PostgreSQL. */
export class PostgresMemoryCatalog extends MemoryCatalog {
  private readonly settled: SettledWrites;
  private readonly counter: MemoryCounter;

  constructor(private readonly database: PostgresDatabase) {
    super();
    this.settled = new SettledWrites(database);
    this.counter = new MemoryCounter(database);
  }

  async list(namespace: Namespace, query: ListQuery, now: Date): Promise<MemoryPage> {
    const { untilMs } = this.settled;
    const page = await this.page(namespace, query, { now });
    // The last page may hold anything. What is behind the cursor of another one must never be joined by a late commit.
    if (page.next === undefined || page.next.createdAtMs < untilMs) return page;
    return this.settledPage(namespace, query, now);
  }

  counts(namespace: Namespace | undefined, now: Date): Promise<MemoryCounts> {
    return this.counter.counts(namespace, now);
  }

  /** Reads a page that is not the last one, and ends where writes are under way. */
  private async settledPage(namespace: Namespace, query: ListQuery, now: Date): Promise<MemoryPage> {
    const deadline = performance.now() + SETTLE_MS;
    for (;;) {
      const untilMs = await this.settled.look();
      const page = await this.page(namespace, query, { now, untilMs });
      if (page.next !== undefined) return page;
      const { memories } = page;
      if (memories.length > 0 || performance.now() >= deadline) return { memories, next: edgeOf(query, untilMs) };
      await delay(SETTLE_POLL_MS);
    }
  }

  /** @param untilMs ends the list before this creation time */
  private async page(
    namespace: Namespace,
    { filter, valid, after, limit }: ListQuery,
    { now, untilMs }: { readonly now: Date; readonly untilMs?: number },
  ): Promise<MemoryPage> {
    const parameters = new SqlParameters();
    const createdBefore = Math.min(filter?.createdBefore ?? Infinity, untilMs ?? Infinity);
    const window = await readWindow<MemoryRow>(
      this.database,
      {
        namespace,
        columns: MEMORY_COLUMNS,
        order: 'oldest first',
        from: after,
        bounds: createdSql({ ...filter, ...(Number.isFinite(createdBefore) ? { createdBefore } : {}) }, parameters),
        condition: `${filterSql(filter, parameters)} AND ${validitySql(valid, parameters)}`,
        size: PAGE_WINDOW,
        limit: limit + 1,
        now,
      },
      parameters,
    );
    const { listed, next } = cutToPage(window, limit);
    return { memories: listed.map(toMemory), ...(next ? { next } : {}) };
  }
}

/** The place before a creation time, or where the page began. */
function edgeOf({ after }: ListQuery, untilMs: number): ListPosition {
  const edge = { createdAtMs: untilMs - 1, id: LAST_ID };
  return after && after.createdAtMs > edge.createdAtMs ? after : edge;
}
