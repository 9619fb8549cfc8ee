import { LifecycleSchedule, type LeaseGrant, type LifecycleJob } from '@sfm/memory';
import { outsideTraces } from '@sfm/observability';
import type { QueryResultRow } from 'pg';
import type { PostgresDatabase, Statement } from '../connection/postgres-database.js';

const NAME = 'lifecycle';
const FOR = `make_interval(secs => $2::float8 / 1000)`;

/** A row that another process is taking at this moment is left to it. */
const TAKE = `WITH free AS MATERIALIZED (
  SELECT name FROM lifecycle_lease WHERE name = '${NAME}' AND held_until <= clock_timestamp() FOR UPDATE SKIP LOCKED
)
UPDATE lifecycle_lease l SET fence = l.fence + 1, holder = $1, held_until = clock_timestamp() + ${FOR}
FROM free WHERE l.name = free.name RETURNING l.fence::float8 AS fence`;

const RENEW = `UPDATE lifecycle_lease SET held_until = clock_timestamp() + ${FOR}
  WHERE name = '${NAME}' AND fence = $1::bigint AND held_until > clock_timestamp() RETURNING fence`;

const RELEASE = `UPDATE lifecycle_lease SET held_until = clock_timestamp() WHERE name = '${NAME}' AND fence = $1::bigint`;

const DUE = `SELECT asked.name, coalesce(extract(epoch FROM j.due_at - clock_timestamp()) * 1000, 0)::float8 AS in_ms
  FROM unnest($1::text[]) AS asked (name) LEFT JOIN lifecycle_jobs j ON j.name = asked.name`;

const DONE = `INSERT INTO lifecycle_jobs (name, due_at, done_at)
  SELECT $3, clock_timestamp() + ${FOR}, clock_timestamp()
  FROM lifecycle_lease WHERE name = '${NAME}' AND fence = $1::bigint AND held_until > clock_timestamp()
  ON CONFLICT (name) DO UPDATE SET due_at = excluded.due_at, done_at = excluded.done_at`;

/** The lease is one row of PostgreSQL, whose clock tells when it ends. */
export class PostgresLifecycleSchedule extends LifecycleSchedule {
  constructor(private readonly database: PostgresDatabase) {
    super();
  }

  async take(holder: string, forMs: number): Promise<LeaseGrant | undefined> {
    const [row] = await this.ask<{ fence: number }>({ text: TAKE, values: [holder, forMs] });
    return row;
  }

  async renew({ fence }: LeaseGrant, forMs: number): Promise<boolean> {
    return (await this.ask({ text: RENEW, values: [fence, forMs] })).length > 0;
  }

  async release({ fence }: LeaseGrant): Promise<void> {
    await this.ask({ text: RELEASE, values: [fence] });
  }

  async dueInMs(jobs: readonly LifecycleJob[]): Promise<ReadonlyMap<LifecycleJob, number>> {
    const rows = await this.ask<{ name: LifecycleJob; in_ms: number }>({ text: DUE, values: [jobs] });
    return new Map(rows.map(({ name, in_ms }) => [name, in_ms]));
  }

  async done({ fence }: LeaseGrant, job: LifecycleJob, againInMs: number): Promise<void> {
    await this.ask({ text: DONE, values: [fence, againInMs, job] });
  }

  /** Belongs to no trace. */
  private ask<Row extends QueryResultRow>(statement: Statement): Promise<Row[]> {
    return outsideTraces(() => this.database.query<Row>(statement));
  }
}
