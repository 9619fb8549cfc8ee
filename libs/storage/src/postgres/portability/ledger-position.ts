import { setTimeout as delay } from 'node:timers/promises';
import { StoreUnavailableError } from '@sfm/memory';
import type { PostgresDatabase } from '../connection/postgres-database.js';

/** How long writes under way may take to end. */
const SETTLE_MS = 10_000;
const SETTLE_POLL_MS = 10;

/** The newest row, and a transaction that began after it was read; a standby cannot assign one, and has none that writes. */
const START = `
SELECT (SELECT seq FROM memory_events ORDER BY seq DESC LIMIT 1)::float8 AS seq,
  CASE WHEN NOT pg_is_in_recovery() THEN pg_current_xact_id() END::text AS later_xid`;

/**
 * Returns the number of the newest row of the ledger once no row with a lower number can appear any more: all transactions
 * have ended that were under way when it was read. See `PostgresChangeFeed` for why that is certain.
 *
 * @param withinMs how long they may take
 * @throws StoreUnavailableError when one of them stays open
 */
export async function settledPosition(database: PostgresDatabase, withinMs = SETTLE_MS): Promise<number> {
  const [start] = await database.query<{ seq: number | null; later_xid: string | null }>({ text: START });
  const position = start?.seq ?? 0;
  if (typeof start?.later_xid !== 'string') return position;
  const laterXid = BigInt(start.later_xid);
  const deadline = performance.now() + withinMs;
  while ((await oldestXid(database)) < laterXid) {
    if (performance.now() >= deadline) {
      throw new StoreUnavailableError('a transaction on the database server stays open; try again when it has ended');
    }
    await delay(SETTLE_POLL_MS);
  }
  return position;
}

async function oldestXid(database: PostgresDatabase): Promise<bigint> {
  const [row] = await database.query<{ oldest: string }>({
    name: 'sfm_oldest_xid',
    text: 'SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS oldest',
  });
  return BigInt(row?.oldest ?? 0);
}
