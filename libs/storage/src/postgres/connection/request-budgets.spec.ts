import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openBudget, RequestEndedError, withBudget, type OpenBudget } from '@sfm/memory';
import type { DataSource } from 'typeorm';
import { waitFor } from '../../../../../test/services/lifetime/wait-for.js';
import { createTestDatabase, type TestDatabase } from '../../../../../test/services/postgres/postgres.js';
import { DeadlinedChanges } from '../changes/deadlined-changes.js';
import { resolveConnection } from './connection.js';
import { createDataSource } from './data-source.js';
import { PostgresDatabase, type Statement } from './postgres-database.js';

let testDatabase: TestDatabase;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
});
afterAll(() => testDatabase.drop());

describe('what a request asks PostgreSQL', () => {
  let dataSource: DataSource;
  let watching: DataSource;
  let database: PostgresDatabase;
  let opened: OpenBudget;

  const open = async (size: number) => {
    const pool = { size, connectTimeoutMs: 60_000, statementTimeoutMs: 60_000 };
    const made = createDataSource({ connection: await resolveConnection(testDatabase.url), pool });
    await made.initialize();
    return made;
  };
  /** Server processes that work on a statement with this mark. */
  const working = async (mark: string) =>
    new PostgresDatabase(watching).query<{ pid: number }>({
      text: "SELECT pid FROM pg_stat_activity WHERE state = 'active' AND query LIKE $1 AND pid <> pg_backend_pid()",
      values: [`%/* ${mark} */%`],
    });
  const sleeping = (mark: string) => ({ text: `SELECT pg_sleep(600) /* ${mark} */` });
  const ofRequest = <T>(work: () => Promise<T>): Promise<T> => withBudget(opened.budget, work);
  const one = () => database.query<{ one: number }>({ text: 'SELECT 1 AS one' });

  beforeEach(async () => {
    [dataSource, watching] = await Promise.all([open(1), open(1)]);
    database = new PostgresDatabase(dataSource);
    opened = openBudget(60_000);
  });
  afterEach(async () => {
    opened.close();
    await Promise.all([dataSource.destroy(), watching.destroy()]);
  });

  it('plans a long statement once, and others as ever', async () => {
    const long = (value: number): Statement => ({
      name: 'long',
      text: 'SELECT $1::int AS one',
      values: [value],
      isPlannedOnce: true,
    });
    const short = (value: number) => ({ name: 'short', text: 'SELECT $1::int AS one', values: [value] });
    for (let value = 0; value < 3; value += 1) {
      expect(await ofRequest(() => database.query(long(value)))).toEqual([{ one: value }]);
      expect(await database.query(long(value))).toEqual([{ one: value }]);
      expect(await ofRequest(() => database.query(short(value)))).toEqual([{ one: value }]);
    }
    const plans = await database.query({
      text: `SELECT name, generic_plans::int AS generic, custom_plans::int AS custom FROM pg_prepared_statements
        WHERE name IN ('long', 'short') ORDER BY name`,
    });
    expect(plans).toEqual([
      { name: 'long', generic: 6, custom: 0 },
      { name: 'short', generic: 0, custom: 3 },
    ]);
    const fails = { ...long(1), name: 'fails', text: 'SELECT 1 / (1 - $1::int) AS one' };
    await expect(ofRequest(() => database.query(fails))).rejects.toThrow('division by zero');
    await expect(database.query(fails)).rejects.toThrow('division by zero');
    expect(await database.query({ text: `SELECT current_setting('plan_cache_mode') AS mode` })).toEqual([
      { mode: 'auto' },
    ]);
  });

  it('is cancelled on the server when its caller hangs up, and its connection is not used again', async () => {
    const asked = ofRequest(() => database.query(sleeping('hung up')));
    asked.catch(() => undefined);
    await waitFor(async () => (await working('hung up')).length === 1);
    opened.hangUp();
    await expect(asked).rejects.toThrow(RequestEndedError);
    // The only place in the pool is free at once, and nobody gets the answer to somebody else's question.
    expect(await one()).toEqual([{ one: 1 }]);
    await waitFor(async () => (await working('hung up')).length === 0, { what: () => 'the statement to be cancelled' });
  });

  it('is cancelled at the deadline', async () => {
    const { budget } = openBudget(50);
    await expect(withBudget(budget, () => database.query(sleeping('late')))).rejects.toMatchObject({ why: 'deadline' });
    await waitFor(async () => (await working('late')).length === 0);
  });

  it('waits for a connection only as long as its caller, and takes none afterwards', async () => {
    let release: (() => void) | undefined;
    const holding = database.transaction(async (run) => {
      await run({ text: 'SELECT 1' });
      await new Promise<void>((resolve) => (release = resolve));
    });
    await waitFor(() => release !== undefined);
    const waiting = ofRequest(() => one());
    opened.hangUp();
    await expect(waiting).rejects.toThrow(RequestEndedError);
    release?.();
    await holding;
    expect(await Promise.all([one(), one()])).toEqual([[{ one: 1 }], [{ one: 1 }]]);
  });

  it('leaves nothing behind when it is answered', async () => {
    expect(await ofRequest(() => one())).toEqual([{ one: 1 }]);
    await expect(ofRequest(() => database.query({ text: 'SELECT wrong' }))).rejects.toThrow(/wrong/);
    expect(opened.budget).toMatchObject({ listeners: { size: 0 } });
    expect(await ofRequest(() => one())).toEqual([{ one: 1 }]);
  });

  it('is refused before it is sent when the request has ended', async () => {
    opened.hangUp();
    await expect(ofRequest(() => one())).rejects.toThrow(RequestEndedError);
  });

  it('goes on where it changes something', async () => {
    await database.query({ text: 'CREATE TABLE IF NOT EXISTS noted (note text)' });
    const changes = DeadlinedChanges.on(database);
    const changing = ofRequest(() =>
      changes.run(() => ({ text: "INSERT INTO noted SELECT 'kept' FROM pg_sleep(0.3) /* change */" })),
    );
    await waitFor(async () => (await working('change')).length === 1);
    opened.hangUp();
    await changing;
    expect(await database.query({ text: 'SELECT note FROM noted' })).toEqual([{ note: 'kept' }]);
  });
});
