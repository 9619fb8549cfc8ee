import { setTimeout as delay } from 'node:timers/promises';
import { ChangeFeed, type FeedBatch, type FeedPosition, type LedgerChange } from '@sfm/memory';
import type { PostgresDatabase } from './postgres-database.js';

/** A number of the ledger's sequence that was passed over because its row was not visible. */
interface Gap {
  readonly seq: number;
  /** Every transaction that could still make it visible has a smaller id than this. */
  readonly beforeXid: bigint;
}

class LedgerPosition implements FeedPosition {
  readonly kind = 'feed position';

  constructor(
    /** The newest row seen. */
    readonly highest: number,
    readonly gaps: readonly Gap[],
  ) {}
}

interface FeedRow {
  readonly oldest_xid: string;
  readonly next_xid: string;
  readonly last: number | null;
  readonly seq: number | null;
  readonly namespace: string;
  readonly key: string | null;
  readonly version: number | null;
}

/** How long a start waits for writes under way to end, which spares it from looking for gaps. */
const SETTLE_MS = 500;
const SETTLE_POLL_MS = 10;
/** Where that does not help (somebody keeps a transaction open), gaps are looked for among so many newest numbers. */
const GAP_WINDOW = 50_000;

/**
 * Rows of the ledger after a position. The snapshot of the statement tells, in the same moment, which transactions
 * still run: one that drew its number before a visible larger one has its id already, because our statements change
 * `memories` before they draw a number. So a gap is final once every transaction older than its notice has ended.
 *
 * Source of the idea: the gap handling of event stores on PostgreSQL, such as Marten's high water mark.
 */
const SINCE = `
SELECT pg_snapshot_xmin(snap)::text AS oldest_xid, pg_snapshot_xmax(snap)::text AS next_xid,
  (SELECT max(seq) FROM memory_events)::float8 AS last,
  feed.seq::float8 AS seq, feed.namespace, feed.coordinate_key AS key, feed.version
FROM pg_current_snapshot() AS snap
LEFT JOIN (
  (SELECT seq, namespace, coordinate_key, version FROM memory_events WHERE seq > $1::bigint ORDER BY seq LIMIT $3)
  UNION ALL
  SELECT seq, namespace, coordinate_key, version FROM memory_events WHERE seq = ANY($2::bigint[])
) AS feed ON true`;

/** Follows `memory_events` by its sequence, although transactions commit in another order than they draw numbers. */
export class PostgresChangeFeed extends ChangeFeed {
  constructor(private readonly database: PostgresDatabase) {
    super();
  }

  async now(): Promise<FeedPosition> {
    const deadline = performance.now() + SETTLE_MS;
    const first = await this.snapshot();
    for (;;) {
      const { oldestXid } = await this.snapshot();
      if (oldestXid >= first.nextXid) return new LedgerPosition(first.last, []);
      if (performance.now() > deadline) return this.withGaps();
      await delay(SETTLE_POLL_MS);
    }
  }

  async since(position: FeedPosition, limit: number): Promise<FeedBatch> {
    if (!(position instanceof LedgerPosition)) throw new TypeError('a position of another feed');
    const { highest, gaps } = position;
    const rows = await this.database.query<FeedRow>({
      name: 'sfm_change_feed',
      text: SINCE,
      values: [highest, gaps.map(({ seq }) => seq), limit],
    });
    const [{ oldest_xid: oldestXid = '0', next_xid: nextXid = '0', last = null } = {}] = rows;
    if ((last ?? 0) < highest) return { changes: [], position, isCaughtUp: true, isReset: true };
    const found = rows.flatMap(({ seq }) => (seq === null ? [] : [seq]));
    const newest = found.reduce((max, seq) => Math.max(max, seq), highest);
    const stillOpen = gapsAfter(position, { found, newest, oldestXid: BigInt(oldestXid), nextXid: BigInt(nextXid) });
    const isCaughtUp = found.filter((seq) => seq > highest).length < limit;
    return {
      changes: rows.flatMap(toChange),
      position: new LedgerPosition(newest, stillOpen),
      isCaughtUp,
      isReset: false,
    };
  }

  private async snapshot(): Promise<{ readonly last: number; readonly oldestXid: bigint; readonly nextXid: bigint }> {
    const [row] = await this.database.query<{ last: number; oldest_xid: string; next_xid: string }>({
      text: `SELECT coalesce((SELECT max(seq) FROM memory_events), 0)::float8 AS last,
          pg_snapshot_xmin(snap)::text AS oldest_xid, pg_snapshot_xmax(snap)::text AS next_xid
        FROM pg_current_snapshot() AS snap`,
    });
    return { last: row?.last ?? 0, oldestXid: BigInt(row?.oldest_xid ?? 0), nextXid: BigInt(row?.next_xid ?? 0) };
  }

  private async withGaps(): Promise<LedgerPosition> {
    const rows = await this.database.query<{ last: number; next_xid: string; missing: number | null }>({
      text: `SELECT newest.last::float8 AS last, pg_snapshot_xmax(snap)::text AS next_xid, gap.seq::float8 AS missing
        FROM pg_current_snapshot() AS snap
        CROSS JOIN (SELECT coalesce(max(seq), 0) AS last FROM memory_events) AS newest
        LEFT JOIN LATERAL (
          SELECT number AS seq FROM generate_series(greatest(1, newest.last - $1::bigint), newest.last) AS number
          WHERE NOT EXISTS (SELECT FROM memory_events e WHERE e.seq = number)
        ) AS gap ON true`,
      values: [GAP_WINDOW],
    });
    const [{ last = 0, next_xid: nextXid = '0' } = {}] = rows;
    const missing = rows.flatMap((row) => (row.missing === null ? [] : [row.missing]));
    return new LedgerPosition(
      last,
      missing.map((seq) => ({ seq, beforeXid: BigInt(nextXid) })),
    );
  }
}

interface Reading {
  readonly found: readonly number[];
  readonly newest: number;
  readonly oldestXid: bigint;
  readonly nextXid: bigint;
}

/** The known gaps that are still open, and the numbers passed over by this reading. */
function gapsAfter({ highest, gaps }: LedgerPosition, { found, newest, oldestXid, nextXid }: Reading): Gap[] {
  const isFound = new Set(found);
  const open = gaps.filter(({ seq, beforeXid }) => !isFound.has(seq) && oldestXid < beforeXid);
  for (let seq = highest + 1; seq < newest; seq += 1) {
    if (!isFound.has(seq)) open.push({ seq, beforeXid: nextXid });
  }
  return open;
}

function toChange({ namespace, key, version }: FeedRow): LedgerChange[] {
  return key === null || version === null ? [] : [{ namespace, key, version }];
}
