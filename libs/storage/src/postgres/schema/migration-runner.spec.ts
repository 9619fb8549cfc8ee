import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource, MigrationInterface, QueryRunner } from 'typeorm';
import { createTestDatabase, type TestDatabase } from '../../../../../test/services/postgres/postgres.js';
import { resolveConnection } from '../connection/connection.js';
import { createDataSource } from '../connection/data-source.js';
import { MigrationLockTimeout, MigrationRunner } from './migration-runner.js';

class CreateFirst1700000000001 implements MigrationInterface {
  name = 'CreateFirst1700000000001';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE first (id int)');
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE first');
  }
}

class CreateSecond1700000000002 implements MigrationInterface {
  name = 'CreateSecond1700000000002';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE second (id int)');
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE second');
  }
}

class FailHalfWay1700000000003 implements MigrationInterface {
  name = 'FailHalfWay1700000000003';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE half (id int)');
    await runner.query('SELECT 1 / 0');
  }
  down(): Promise<void> {
    return Promise.resolve();
  }
}

const FIRST = 'CreateFirst1700000000001';
const SECOND = 'CreateSecond1700000000002';

describe('MigrationRunner', () => {
  let database: TestDatabase;
  let open: DataSource[];

  beforeEach(async () => {
    database = await createTestDatabase();
    open = [];
  });

  afterEach(async () => {
    for (const each of open) await each.destroy();
    await database.drop();
  });

  async function dataSource(migrations = [CreateFirst1700000000001, CreateSecond1700000000002]): Promise<DataSource> {
    const connection = await resolveConnection(database.url);
    const made = await createDataSource({ connection, migrations, pool: { size: 2 } }).initialize();
    open.push(made);
    return made;
  }

  it('goes from empty to head, down to empty, and up again', async () => {
    const runner = new MigrationRunner(await dataSource());
    expect(await runner.currentRevision()).toEqual({
      current: undefined,
      migrations: [
        { name: FIRST, applied: false },
        { name: SECOND, applied: false },
      ],
      unknown: [],
    });

    expect(await runner.migrateUp()).toEqual([FIRST, SECOND]);
    expect((await runner.currentRevision()).current).toBe(SECOND);
    expect(await runner.migrateUp()).toEqual([]);

    expect(await runner.migrateDown('all')).toEqual([SECOND, FIRST]);
    expect((await runner.currentRevision()).current).toBeUndefined();
    expect(await runner.migrateUp()).toEqual([FIRST, SECOND]);
  });

  it('reverts as many as asked, the newest first', async () => {
    const source = await dataSource();
    const runner = new MigrationRunner(source);
    await runner.migrateUp();

    expect(await runner.migrateDown()).toEqual([SECOND]);

    expect((await runner.currentRevision()).current).toBe(FIRST);
    expect(
      await source.query("SELECT to_regclass('first') IS NOT NULL AS first, to_regclass('second') AS second"),
    ).toEqual([{ first: true, second: null }]);
    expect(await runner.migrateDown(5)).toEqual([FIRST]);
  });

  it('applies each migration once when many processes start together', async () => {
    const runners = await Promise.all([1, 2, 3, 4].map(async () => new MigrationRunner(await dataSource())));

    const applied = await Promise.all(runners.map((runner) => runner.migrateUp()));

    expect(applied.flat()).toEqual([FIRST, SECOND]);
  });

  it('rolls a failing migration back and keeps the ones before it', async () => {
    const source = await dataSource([CreateFirst1700000000001, FailHalfWay1700000000003]);
    const runner = new MigrationRunner(source);

    await expect(runner.migrateUp()).rejects.toThrow(/division by zero/);

    expect((await runner.currentRevision()).current).toBe(FIRST);
    expect(await source.query("SELECT to_regclass('half') AS half")).toEqual([{ half: null }]);
    // The lock was given back.
    await expect(new MigrationRunner(source, { lockTimeoutMs: 0 }).migrateDown()).resolves.toEqual([FIRST]);
  });

  it('gives up after a bounded wait while another process migrates, changing nothing', async () => {
    const blocker = (await dataSource()).createQueryRunner();
    await blocker.query('SELECT pg_advisory_lock($1, $2)', [0x534f4d41, 2]);
    const runner = new MigrationRunner(await dataSource(), { lockTimeoutMs: 150 });

    await expect(runner.migrateUp()).rejects.toThrow(MigrationLockTimeout);

    expect((await runner.currentRevision()).current).toBeUndefined();
    await blocker.release();
  });

  it('recognises a database of a newer release and leaves it alone', async () => {
    await new MigrationRunner(await dataSource()).migrateUp();
    const older = new MigrationRunner(await dataSource([CreateFirst1700000000001]));

    expect(await older.currentRevision()).toMatchObject({ current: SECOND, unknown: [SECOND] });
    expect(await older.migrateUp()).toEqual([]);
    await expect(older.migrateDown()).rejects.toThrow(/CreateSecond1700000000002/);
  });
});

describe('createDataSource', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
  });

  afterAll(async () => {
    await database.drop();
  });

  it('bounds statements and names itself', async () => {
    const connection = await resolveConnection(database.url);
    const source = await createDataSource({ connection, pool: { statementTimeoutMs: 2000 } }).initialize();

    await expect(source.query('SELECT pg_sleep(120)')).rejects.toMatchObject({ code: '57014' });
    expect(await source.query("SELECT current_setting('application_name') AS name")).toEqual([
      { name: 'somafractalmemory' },
    ]);
    await source.destroy();
  });

  it('survives the loss of idle connections and works again by itself', async () => {
    const connection = await resolveConnection(database.url);
    const losses: Error[] = [];
    const source = await createDataSource({
      connection,
      pool: { size: 1 },
      onIdleConnectionError: (error) => losses.push(error),
    }).initialize();
    const other = await createDataSource({ connection, pool: { size: 1 } }).initialize();

    const [{ pid }] = await source.query('SELECT pg_backend_pid() AS pid');
    await other.query('SELECT pg_terminate_backend($1, 5000)', [pid]);

    expect(await source.query('SELECT 1 AS one').catch(() => source.query('SELECT 1 AS one'))).toEqual([{ one: 1 }]);
    expect(losses.length).toBeLessThanOrEqual(1);
    await source.destroy();
    await other.destroy();
  });
});
