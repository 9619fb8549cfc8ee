import { WRITE_MOMENT_CLASS } from '../connection/advisory-lock-keys.js';
import type { PostgresDatabase } from '../connection/postgres-database.js';

/** 2025-01-01: seconds since then fit into the integer of a lock for decades. */
const EPOCH_SECONDS = Date.UTC(2025, 0, 1) / 1000;

/**
 * Common table expressions that give a write its time, `(SELECT at FROM moment)`. The lock comes first, is named after
 * the second in which it was asked for, and is held until the transaction ends. So a write under way either holds a lock
 * of a second that is not after its time, or has no time yet.
 */
export const WRITE_MOMENT = `fence AS MATERIALIZED (
  SELECT pg_advisory_xact_lock_shared(${WRITE_MOMENT_CLASS},
    (floor(extract(epoch FROM clock_timestamp())) - ${EPOCH_SECONDS})::int)
), moment AS MATERIALIZED (
  SELECT clock_timestamp()::timestamptz(3) AS at FROM fence
)`;

/** The oldest second of a write under way, or else the time at which none was. */
const SETTLED_UNTIL = `
WITH asked AS MATERIALIZED (SELECT clock_timestamp() AS at)
SELECT (least(
    floor(extract(epoch FROM asked.at) * 1000),
    (SELECT min(l.objid::bigint) FROM pg_locks l
      WHERE l.locktype = 'advisory' AND l.classid = ${WRITE_MOMENT_CLASS} AND l.objsubid = 2
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())) * 1000 + ${EPOCH_SECONDS * 1000}
  ))::float8 AS until_ms
FROM asked`;

/** Tells up to which time all writes are known to have ended, whichever process and namespace they belong to. */
export class SettledWrites {
  private knownUntilMs = 0;

  constructor(private readonly database: PostgresDatabase) {}

  /** What `look` last found; it stays true. */
  get untilMs(): number {
    return this.knownUntilMs;
  }

  /**
   * Returns a Unix time in milliseconds: every write with an earlier time has ended, and is visible to statements that
   * start from now on unless it failed. It lags behind the clock by less than a second plus the age of the oldest write
   * under way.
   */
  async look(): Promise<number> {
    const [row] = await this.database.query<{ until_ms: number }>({ name: 'sfm_settled_until', text: SETTLED_UNTIL });
    this.knownUntilMs = Math.max(this.knownUntilMs, row?.until_ms ?? 0);
    return this.knownUntilMs;
  }
}
