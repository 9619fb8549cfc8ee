import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { StoreUnavailableError } from '@sfm/memory';
import type { DataSource } from 'typeorm';
import { createTestDatabase, type TestDatabase } from '../../../../test/services/postgres/postgres.js';
import { waitFor } from '../../../../test/services/lifetime/wait-for.js';
import { stallingProxy } from '../../test/stalling-proxy.js';
import { resolveConnection } from './connection/connection.js';
import { createDataSource, type PoolOptions } from './connection/data-source.js';
import { PostgresDatabase } from './connection/postgres-database.js';

let testDatabase: TestDatabase;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
});
afterAll(() => testDatabase.drop());

describe('the pool of connections', () => {
  const open: DataSource[] = [];
  const pool = async (options: PoolOptions, applicationName = 'bounded', url = testDatabase.url) => {
    const dataSource = createDataSource({ connection: await resolveConnection(url), pool: options, applicationName });
    await dataSource.initialize();
    open.push(dataSource);
    return new PostgresDatabase(dataSource);
  };
  const sleep = (database: PostgresDatabase, seconds: number) =>
    database.query({ text: 'SELECT pg_sleep($1)', values: [seconds] });

  afterEach(async () => {
    await Promise.all(open.splice(0).map((dataSource) => dataSource.destroy()));
  });

  it('never opens more connections than its size, and lets callers wait for one', async () => {
    const [database, watcher] = [await pool({ size: 3 }, 'of three'), await pool({ size: 1 })];
    const work = Promise.all(Array.from({ length: 12 }, () => sleep(database, 0.1)));
    let isDone = false;
    void work.finally(() => (isDone = true)).catch(() => undefined);
    let most = 0;
    // They stay open for a while, so the last look sees the most.
    for (let isLastLook = false; !isLastLook;) {
      isLastLook = isDone;
      const [row] = await watcher.query<{ n: number }>({
        text: "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'of three'",
      });
      most = Math.max(most, row?.n ?? 0);
    }
    await work;
    expect(most).toBe(3);
  });

  it('tells callers that the store is unavailable when none comes free in time', async () => {
    const database = await pool({ size: 1, connectTimeoutMs: 2000 });
    let letGo = () => {};
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const holding = database.transaction(() => held);
    await expect(database.query({ text: 'SELECT 1' })).rejects.toThrow(StoreUnavailableError);
    letGo();
    await holding;
    expect(await database.query({ text: 'SELECT 1 AS one' })).toEqual([{ one: 1 }]);
  });

  it('lets the server cancel a statement that takes too long, and goes on', async () => {
    const database = await pool({ size: 1, statementTimeoutMs: 2000 });
    await expect(sleep(database, 120)).rejects.toMatchObject({ code: 'store_unavailable', cause: { code: '57014' } });
    expect(await database.query({ text: 'SELECT 1 AS one' })).toEqual([{ one: 1 }]);
  });

  it('lets the server end a transaction that sits idle', async () => {
    const database = await pool({ size: 1, idleInTransactionTimeoutMs: 100 });
    const watcher = await pool({ size: 1 });
    const idle = database.transaction(async (run) => {
      const [row] = await run<{ pid: number }>({ text: 'SELECT pg_backend_pid() AS pid' });
      const alive = { text: 'SELECT FROM pg_stat_activity WHERE pid = $1', values: [row?.pid] };
      await waitFor(async () => (await watcher.query(alive)).length === 0);
      await run({ text: 'SELECT 1' });
    });
    await expect(idle).rejects.toThrow(StoreUnavailableError);
    expect(await database.query({ text: 'SELECT 1 AS one' })).toEqual([{ one: 1 }]);
  });

  it('does not wait without end for a server that holds the connection and says nothing', async () => {
    const proxy = await stallingProxy(testDatabase.url);
    try {
      const database = await pool({ size: 2, statementTimeoutMs: 2000, connectTimeoutMs: 3000 }, 'stalled', proxy.url);
      await database.query({ text: 'SELECT 1' });
      proxy.stall();
      const outcomes = await Promise.allSettled([
        database.query({ text: 'SELECT 1' }),
        database.query({ text: 'SELECT 1' }),
        database.transaction((run) => run({ text: 'SELECT 1' })),
      ]);
      for (const outcome of outcomes) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'store_unavailable' } });
      }
      proxy.flow();
      await waitFor(async () => (await database.query({ text: 'SELECT 1' }).catch(() => [])).length === 1);
    } finally {
      await Promise.all(open.splice(0).map((dataSource) => dataSource.destroy()));
      proxy.close();
    }
  });
});
