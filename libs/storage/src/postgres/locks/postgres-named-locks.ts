import {
  NamedLocks,
  type Acquisition,
  type LockClaim,
  type LockHold,
  type LockPlace,
  type LockProof,
} from '@sfm/memory';
import { DeadlinedChanges } from '../changes/deadlined-changes.js';
import { voidAfter } from '../changes/void-after.js';
import type { PostgresDatabase } from '../connection/postgres-database.js';

/** A hold may end between being refused and being read; the claim is then repeated, at most this often. */
const MAX_LOOKS = 5;
/** Number of ended locks that are deleted with each claim. */
const SWEPT = 20;
/**
 * How long an ended lock stays. Tokens come from a sequence: a statement that drew one and then waited must not insert a row
 * after another one came and went. None waits for minutes.
 */
export const LOCKS_KEPT = `interval '10 minutes'`;

const PLACE = 'l.namespace = $1 AND l.name = $2';
const LIVE = 'l.expires_at > clock_timestamp()';
const HOLD = 'l.owner, l.token::float8 AS token, l.acquired_at, l.expires_at';
const until = (ttlMs: string) => `clock_timestamp() + ${ttlMs}::float8 * interval '1 millisecond'`;

/** $3 owner, $4 time in milliseconds. A hold of the same owner keeps its token. */
const ACQUIRE = `
WITH ended AS (
  SELECT ctid FROM named_locks l
  WHERE l.expires_at < clock_timestamp() - ${LOCKS_KEPT} AND NOT (${PLACE})
  ORDER BY l.expires_at LIMIT ${SWEPT} FOR UPDATE SKIP LOCKED
), swept AS (DELETE FROM named_locks WHERE ctid IN (SELECT ctid FROM ended))
INSERT INTO named_locks AS l (namespace, name, owner, token, acquired_at, expires_at)
VALUES ($1, $2, $3, nextval('named_locks_token_seq'), clock_timestamp(), ${until('$4')})
ON CONFLICT (namespace, name) DO UPDATE SET
  owner = excluded.owner,
  token = CASE WHEN ${LIVE} THEN l.token ELSE nextval('named_locks_token_seq') END,
  acquired_at = CASE WHEN ${LIVE} THEN l.acquired_at ELSE clock_timestamp() END,
  expires_at = ${until('$4')}
  WHERE l.owner = excluded.owner OR NOT ${LIVE}
RETURNING ${HOLD}, ${voidAfter('$5')}`;

/** $3 owner, $4 token. */
const MINE = `${PLACE} AND l.owner = $3 AND l.token = $4::bigint AND ${LIVE}`;
const RENEW = `UPDATE named_locks l SET expires_at = ${until('$5')} WHERE ${MINE} RETURNING ${HOLD}, ${voidAfter('$6')}`;
/** A moment ago: the server's clock may be set back a little, and what is released must not seem held again. */
const RELEASE = `UPDATE named_locks l SET expires_at = clock_timestamp() - interval '1 second' WHERE ${MINE} RETURNING true`;

interface HoldRow {
  readonly owner: string;
  readonly token: number;
  readonly acquired_at: Date;
  readonly expires_at: Date;
}

/** Locks as rows in PostgreSQL, on its clock: shared by all processes on the database, and kept across restarts. */
export class PostgresNamedLocks extends NamedLocks {
  private readonly changes: DeadlinedChanges;

  constructor(private readonly database: PostgresDatabase) {
    super();
    this.changes = DeadlinedChanges.on(database);
  }

  async acquire({ namespace, name, owner, ttlMs }: LockClaim): Promise<Acquisition> {
    for (let look = 1; ; look += 1) {
      const [row] = await this.changes.run<HoldRow>((deadlineMs) => ({
        name: 'sfm_lock_acquire',
        text: ACQUIRE,
        values: [namespace, name, owner, ttlMs, deadlineMs],
      }));
      if (row) return { state: 'acquired', hold: toHold(row) };
      const by = await this.find({ namespace, name });
      if (by) return { state: 'held', by };
      if (look === MAX_LOOKS) return { state: 'held', by: unknownHold() };
    }
  }

  async renew(
    { namespace, name }: LockPlace,
    { owner, token }: LockProof,
    ttlMs: number,
  ): Promise<LockHold | undefined> {
    const [row] = await this.changes.run<HoldRow>((deadlineMs) => ({
      name: 'sfm_lock_renew',
      text: RENEW,
      values: [namespace, name, owner, token, ttlMs, deadlineMs],
    }));
    return row && toHold(row);
  }

  /** Whenever it happens, it ends no other hold than this one. */
  async release({ namespace, name }: LockPlace, { owner, token }: LockProof): Promise<boolean> {
    const rows = await this.database.queryWithRetry({
      name: 'sfm_lock_release',
      text: RELEASE,
      values: [namespace, name, owner, token],
    });
    return rows.length > 0;
  }

  async find({ namespace, name }: LockPlace): Promise<LockHold | undefined> {
    const [row] = await this.database.query<HoldRow>({
      name: 'sfm_lock_find',
      text: `SELECT ${HOLD} FROM named_locks l WHERE ${PLACE} AND ${LIVE}`,
      values: [namespace, name],
    });
    return row && toHold(row);
  }
}

function toHold({ owner, token, acquired_at: acquiredAt, expires_at: expiresAt }: HoldRow): LockHold {
  return { owner, token, acquiredAt, expiresAt };
}

/** Many hold it for moments, one after the other. */
function unknownHold(): LockHold {
  const now = new Date();
  return { owner: '', token: 0, acquiredAt: now, expiresAt: now };
}
