import { setTimeout as delay } from 'node:timers/promises';
import { ChangeFeed, trustedNamespace, type FeedBatch, type FeedPosition, type LedgerChange } from '@sfm/memory';
import { boundedGaps, gapsBetween, stillOpen, type Gap } from './feed-gaps.js';
import type { PostgresDatabase } from '../connection/postgres-database.js';

/** A row of the ledger; its id distinguishes this ledger from another one that has the same number. */
interface Row {
  readonly seq: number;
  readonly id: string;
}

class LedgerPosition implements FeedPosition {
  readonly kind = 'feed position';

  constructor(
    /** The newest row seen; null when the ledger was empty. */
    readonly newest: Row | null,
    /** Ascending. */
    readonly gaps: readonly Gap[],
    /** Where the next reading starts checking the gaps: a reading that fills its limit leaves the rest to the next. */
    readonly from = 0,
  ) {}

  get highest(): number {
    return this.newest?.seq ?? 0;
  }
}

interface FeedRow {
  readonly oldest_xid: string;
  readonly later_xid: string | null;
  readonly is_same: boolean;
  readonly late: boolean;
  readonly seq: number | null;
  readonly id: string;
  readonly namespace: string;
  readonly key: string | null;
  readonly version: number | null;
}

type FoundRow = FeedRow & { readonly seq: number };

/** How long a start waits for current writes to end, which avoids a search for gaps. */
const SETTLE_MS = 500;
const SETTLE_POLL_MS = 10;
/** If writes do not end in time (a transaction stays open), gaps are searched for among this many newest rows. */
const GAP_WINDOW = 1_000_000;

/** A transaction id above all existing ones; a standby cannot assign one. */
const LATER_XID = '(CASE WHEN NOT pg_is_in_recovery() THEN pg_current_xact_id() END)::text';

/**
 * Rows of the ledger after a position, and rows that have appeared in its gaps.
 *
 * A row that drew its number before a visible larger one has a transaction id by then, because our statements change
 * `memories` before they draw a number. So a gap is final once all transactions have ended that had an id when the gap
 * was noticed. No snapshot shows which ids were assigned by then: its upper end only follows completed transactions. So
 * a new id is drawn when a gap outlives its first reading ($6), and the gap is final once all transactions below that
 * id have ended.
 *
 * LIMIT inside LATERAL forces a separate lookup for each gap: with a plain join, the cached plan for all positions
 * reads the whole ledger.
 *
 * Source of the idea: the gap handling of event stores on PostgreSQL, such as Marten's high water mark.
 */
const SINCE = `
SELECT pg_snapshot_xmin(snap)::text AS oldest_xid, CASE WHEN $6::boolean THEN ${LATER_XID} END AS later_xid,
  $1::bigint = 0 OR EXISTS (SELECT FROM memory_events WHERE seq = $1::bigint AND id = $2::uuid) AS is_same,
  feed.late, feed.seq::float8 AS seq, feed.id, feed.namespace, feed.coordinate_key AS key, feed.version
FROM pg_current_snapshot() AS snap
LEFT JOIN (
  (SELECT true AS late, e.seq, e.id, e.namespace, e.coordinate_key, e.version
    FROM unnest($3::bigint[], $4::bigint[]) AS gap (low, high)
    CROSS JOIN LATERAL (SELECT seq, id, namespace, coordinate_key, version FROM memory_events
      WHERE seq BETWEEN greatest(gap.low, $7::bigint) AND gap.high ORDER BY seq LIMIT $5) AS e
    ORDER BY e.seq LIMIT $5)
  UNION ALL
  (SELECT false, seq, id, namespace, coordinate_key, version
    FROM memory_events WHERE seq > $1::bigint ORDER BY seq LIMIT $5)
) AS feed ON true`;

/** Follows `memory_events` by its sequence, although transactions do not commit in the order of their numbers. */
export class PostgresChangeFeed extends ChangeFeed {
  constructor(private readonly database: PostgresDatabase) {
    super();
  }

  async now(): Promise<FeedPosition> {
    const deadline = performance.now() + SETTLE_MS;
    const { newest, laterXid } = await this.start();
    while (laterXid !== null && performance.now() < deadline) {
      if ((await this.oldestXid()) >= laterXid) return new LedgerPosition(newest, []);
      await delay(SETTLE_POLL_MS);
    }
    return this.withGaps();
  }

  async since(position: FeedPosition, limit: number): Promise<FeedBatch> {
    if (!(position instanceof LedgerPosition)) throw new TypeError('a position of another feed');
    const { highest, gaps } = position;
    const rows = await this.database.query<FeedRow>({
      name: 'sfm_change_feed',
      text: SINCE,
      values: [
        highest,
        position.newest?.id ?? null,
        gaps.map(({ low }) => low),
        gaps.map(({ high }) => high),
        limit,
        gaps.some(({ beforeXid }) => beforeXid === null),
        position.from,
      ],
    });
    const [first] = rows;
    if (!first?.is_same) return { changes: [], position, isCaughtUp: true, isReset: true };
    const found = rows.filter((row): row is FoundRow => row.seq !== null).sort((a, b) => a.seq - b.seq);
    const late = found.filter((row) => row.late).map(({ seq }) => seq);
    const fresh = found.filter((row) => !row.late);
    const newest = fresh.at(-1) ?? position.newest;
    const to = late.length < limit ? Infinity : (late.at(-1) ?? 0);
    const open = stillOpen(gaps, {
      seen: late,
      from: position.from,
      to,
      oldestXid: BigInt(first.oldest_xid),
      laterXid: first.later_xid === null ? null : BigInt(first.later_xid),
    });
    const seen = fresh.map(({ seq }) => seq);
    const all = boundedGaps([...open, ...gapsBetween(highest, seen.at(-1) ?? highest, seen)]);
    return {
      changes: found.flatMap(toChange),
      position: new LedgerPosition(newest && { seq: newest.seq, id: newest.id }, all, to === Infinity ? 0 : to + 1),
      isCaughtUp: fresh.length < limit && to === Infinity,
      isReset: false,
    };
  }

  /** Returns the newest row, and a transaction that began after it was read. */
  private async start(): Promise<{ readonly newest: Row | null; readonly laterXid: bigint | null }> {
    const [row] = await this.database.query<{ seq: number | null; id: string; later_xid: string | null }>({
      text: `SELECT newest.seq::float8 AS seq, newest.id, ${LATER_XID} AS later_xid
        FROM (SELECT) AS always
        LEFT JOIN (SELECT seq, id FROM memory_events ORDER BY seq DESC LIMIT 1) AS newest ON true`,
    });
    const laterXid = row?.later_xid ?? null;
    return {
      newest: typeof row?.seq === 'number' ? { seq: row.seq, id: row.id } : null,
      laterXid: laterXid === null ? null : BigInt(laterXid),
    };
  }

  private async oldestXid(): Promise<bigint> {
    const [row] = await this.database.query<{ oldest_xid: string }>({
      text: 'SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS oldest_xid',
    });
    return BigInt(row?.oldest_xid ?? 0);
  }

  private async withGaps(): Promise<LedgerPosition> {
    const rows = await this.database.query<{ seq: number; id: string; previous: number }>({
      text: `SELECT seq::float8 AS seq, id, previous::float8 AS previous
        FROM (
          SELECT seq, id, lead(seq) OVER (ORDER BY seq) AS next,
            coalesce(lag(seq) OVER (ORDER BY seq), CASE WHEN count(*) OVER () < $1 THEN 0 ELSE seq - 1 END) AS previous
          FROM (SELECT seq, id FROM memory_events ORDER BY seq DESC LIMIT $1) AS newest
        ) AS numbered
        WHERE seq > previous + 1 OR next IS NULL
        ORDER BY seq`,
      values: [GAP_WINDOW],
    });
    const gaps = rows.flatMap(({ previous, seq }) => gapsBetween(previous, seq, []));
    const newest = rows.at(-1);
    return new LedgerPosition(newest ? { seq: newest.seq, id: newest.id } : null, boundedGaps(gaps));
  }
}

function toChange({ id, namespace, key, version }: FeedRow): LedgerChange[] {
  return key === null || version === null
    ? []
    : [{ eventId: id, namespace: trustedNamespace(namespace), key, version }];
}
