import { setTimeout as delay } from 'node:timers/promises';
import { MigrationExecutor, type DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { ADVISORY_LOCK_CLASS, MIGRATION_LOCK } from '../connection/advisory-lock-keys.js';
import { MIGRATIONS_TABLE } from '../connection/data-source.js';
import { lossBy, type SchemaLoss } from './schema-loss.js';

/** One migration this program knows. */
export interface MigrationState {
  readonly name: string;
  readonly applied: boolean;
}

/** The migration state of a database. */
export interface Revision {
  /** Name of the last applied migration; undefined for an empty database. */
  readonly current: string | undefined;
  /** Oldest first. */
  readonly migrations: readonly MigrationState[];
  /** Applied migrations this program does not know: the database belongs to a newer release. */
  readonly unknown: readonly string[];
}

/** Another process held the migration lock longer than this one waits. */
export class MigrationLockTimeout extends Error {
  override readonly name = 'MigrationLockTimeout';

  constructor(readonly waitedMs: number) {
    super(`Another process has been migrating this database for more than ${waitedMs} ms; nothing was changed.`);
  }
}

export interface MigrationRunnerOptions {
  /** How long to wait for another process that is migrating, milliseconds. @default 900000 */
  readonly lockTimeoutMs?: number;
}

const RETRY_MS = 100;

/**
 * Applies and reverts migrations.
 *
 * Every change runs under a session advisory lock on a connection of its own, so any number of processes may start at
 * once: one migrates, the others wait and find nothing to do. Each migration is one transaction together with its row in
 * the migrations table. Needs no superuser rights. The data source must be initialised.
 */
export class MigrationRunner {
  constructor(
    private readonly dataSource: DataSource,
    private readonly options: MigrationRunnerOptions = {},
  ) {}

  /**
   * Applies all pending migrations.
   *
   * @returns the names applied by this call, oldest first
   * @throws MigrationLockTimeout; the database's error when a migration fails (it is rolled back, earlier ones stay)
   */
  async migrateUp(): Promise<string[]> {
    return this.underLock(async (runner) => {
      const applied = await this.executor(runner).executePendingMigrations();
      return applied.map(({ name }) => name);
    });
  }

  /**
   * Reverts the last `steps` applied migrations, newest first; fewer when fewer are applied.
   *
   * @returns the names reverted by this call, newest first
   * @throws MigrationLockTimeout; Error when the newest applied migration is unknown to this program
   */
  async migrateDown(steps: number | 'all' = 1): Promise<string[]> {
    return this.underLock(async (runner) => {
      const applied = await appliedNames(runner);
      const targets = applied.reverse().slice(0, steps === 'all' ? applied.length : steps);
      for (let count = 0; count < targets.length; count += 1) await this.executor(runner).undoLastMigration();
      return targets;
    });
  }

  /**
   * Tells what `migrateDown` would revert, newest first, and what would be gone with it; changes nothing.
   *
   * @throws MigrationLockTimeout; Error when one of them is unknown to this program; the database's error when the tables are
   * in use for long
   */
  async previewDown(steps: number | 'all' = 1): Promise<SchemaLoss & { readonly reverted: readonly string[] }> {
    return this.underLock(async (runner) => {
      const applied = await appliedNames(runner);
      const reverted = applied.reverse().slice(0, steps === 'all' ? applied.length : steps);
      const loss = await lossBy(runner, async () => {
        for (const name of reverted) await this.known(name).down(runner);
      });
      return { reverted, ...loss };
    });
  }

  private known(name: string): MigrationInterface {
    const found = this.dataSource.migrations.find(
      (migration) => (migration.name ?? migration.constructor.name) === name,
    );
    if (!found) throw new Error(`migration ${name} is of another release, which alone can revert it`);
    return found;
  }

  /** Lists applied and pending migrations. Takes no lock and changes nothing. */
  async currentRevision(): Promise<Revision> {
    const runner = this.dataSource.createQueryRunner();
    try {
      const applied = await appliedNames(runner);
      const known = this.dataSource.migrations.map((migration) => migration.name ?? migration.constructor.name);
      return {
        current: applied.at(-1),
        migrations: known
          .toSorted((left, right) => timestampOf(left) - timestampOf(right))
          .map((name) => ({ name, applied: applied.includes(name) })),
        unknown: applied.filter((name) => !known.includes(name)),
      };
    } finally {
      await runner.release();
    }
  }

  private executor(runner: QueryRunner): MigrationExecutor {
    const executor = new MigrationExecutor(this.dataSource, runner);
    executor.transaction = 'each';
    return executor;
  }

  private async underLock<T>(work: (runner: QueryRunner) => Promise<T>): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    const key = [ADVISORY_LOCK_CLASS, MIGRATION_LOCK];
    try {
      await this.waitForLock(runner, key);
      try {
        // A migration may rewrite a large table; the pool's time limit is for requests.
        await runner.query("SELECT set_config('statement_timeout', '0', false)");
        return await work(runner);
      } finally {
        await runner.query('RESET statement_timeout').catch(() => undefined);
        await runner.query('SELECT pg_advisory_unlock($1, $2)', key).catch(() => undefined);
      }
    } finally {
      await runner.release();
    }
  }

  /** Polls instead of blocking in the server: a blocked session would hold up CREATE INDEX CONCURRENTLY. */
  private async waitForLock(runner: QueryRunner, key: readonly number[]): Promise<void> {
    const waitMs = this.options.lockTimeoutMs ?? 900_000;
    const deadline = Date.now() + waitMs;
    for (;;) {
      const rows: unknown = await runner.query('SELECT pg_try_advisory_lock($1, $2) AS locked', [...key]);
      if (firstField(rows, 'locked') === true) return;
      if (Date.now() >= deadline) throw new MigrationLockTimeout(waitMs);
      await delay(RETRY_MS);
    }
  }
}

/** Names of applied migrations, oldest first; none when the table does not exist yet. */
async function appliedNames(runner: QueryRunner): Promise<string[]> {
  const table: unknown = await runner.query('SELECT to_regclass($1) AS found', [MIGRATIONS_TABLE]);
  if (firstField(table, 'found') === null) return [];
  const rows: unknown = await runner.query(`SELECT name FROM ${MIGRATIONS_TABLE} ORDER BY id`);
  return Array.isArray(rows) ? rows.map((_, index) => String(firstField(rows.slice(index), 'name'))) : [];
}

function firstField(rows: unknown, name: string): unknown {
  if (!Array.isArray(rows)) return undefined;
  const row: unknown = rows[0];
  return typeof row === 'object' && row !== null
    ? Object.entries(row).find(([field]) => field === name)?.[1]
    : undefined;
}

/** TypeORM orders migrations by the milliseconds at the end of their class names. */
function timestampOf(name: string): number {
  return Number(/\d{13}$/.exec(name)?.[0] ?? 0);
}
