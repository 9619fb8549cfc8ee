import { setTimeout as delay } from 'node:timers/promises';
import {
  PastMemories,
  type ListQuery,
  type Memory,
  type MemoryPage,
  type Namespace,
  type PastMoment,
} from '@sfm/memory';
import type { PostgresDatabase } from '../connection/postgres-database.js';
import { createdSql, filterSql } from '../reading/filter-sql.js';
import { placeOf, readWindow } from '../reading/memory-window.js';
import { SqlParameters } from '../reading/sql-parameters.js';
import { validitySql } from '../reading/validity-sql.js';
import { isLiveAt } from '../rows/live-memory.js';
import { MEMORY_COLUMNS, toMemory, type MemoryRow } from '../rows/memory-row.js';
import { SettledWrites } from '../writing/write-moment.js';
import { pastRows } from './past-rows.js';

/** Number of memories that one page looks at; each costs a look into the ledger. */
const PAGE_WINDOW = 2_000;
/** How long an answer waits for writes under way at its moment. */
const SETTLE_MS = 1000;
const SETTLE_POLL_MS = 20;

/** Reads memories and their former versions from PostgreSQL. */
export class PostgresPastMemories extends PastMemories {
  private readonly settled: SettledWrites;
  /** A moment that was waited for in vain: the pages of one question must not wait for it again and again. */
  private vainMs: number | undefined;

  constructor(private readonly database: PostgresDatabase) {
    super();
    this.settled = new SettledWrites(database);
  }

  async beginning(namespace: Namespace): Promise<Date | undefined> {
    const [row] = await this.database.query<{ ms: number }>({
      name: 'sfm_beginning',
      text: `SELECT floor("timestamp" * 1000)::float8 AS ms FROM memory_events WHERE namespace = $1
        ORDER BY "timestamp" LIMIT 1`,
      values: [namespace],
    });
    return row && new Date(row.ms);
  }

  async findByKeys(namespace: Namespace, keys: readonly string[], { at, now }: PastMoment): Promise<readonly Memory[]> {
    if (keys.length === 0) return [];
    await this.settle(at);
    const live = `(SELECT * FROM memories m
      WHERE m.namespace = $1 AND m.coordinate_key = ANY($2::text[]) AND ${isLiveAt('m', '$3')})`;
    const rows = await this.database.query<MemoryRow>({
      name: 'sfm_find_past',
      text: `SELECT ${MEMORY_COLUMNS} FROM ${pastRows(live, '$4::timestamptz')} AS m`,
      values: [namespace, keys, now.toISOString(), at.toISOString()],
    });
    return rows.map(toMemory);
  }

  async list(
    namespace: Namespace,
    { filter, valid, after, limit }: ListQuery,
    { at, now }: PastMoment,
  ): Promise<MemoryPage> {
    await this.settle(at);
    const parameters = new SqlParameters();
    const moment = `${parameters.add(at.toISOString())}::timestamptz`;
    const { rows, edge } = await readWindow<MemoryRow>(
      this.database,
      {
        namespace,
        columns: MEMORY_COLUMNS,
        order: 'oldest first',
        from: after,
        bounds: `m.created_at <= ${moment} AND ${createdSql(filter, parameters)}`,
        rowsOf: (live) => pastRows(live, moment),
        condition: `${filterSql(filter, parameters)} AND ${validitySql(valid, parameters)}`,
        size: PAGE_WINDOW,
        limit: limit + 1,
        now,
      },
      parameters,
    );
    const listed = rows.slice(0, limit);
    const last = listed.at(-1);
    const next = rows.length > limit && last ? placeOf(last) : edge;
    return { memories: listed.map(toMemory), ...(next ? { next } : {}) };
  }

  /** Waits until the writes of a moment have ended. */
  private async settle(at: Date): Promise<void> {
    const atMs = at.getTime();
    if (this.settled.untilMs > atMs) return;
    const deadline = performance.now() + (this.vainMs === atMs ? 0 : SETTLE_MS);
    while ((await this.settled.look()) <= atMs) {
      if (performance.now() >= deadline) {
        this.vainMs = atMs;
        return;
      }
      await delay(SETTLE_POLL_MS);
    }
  }
}
