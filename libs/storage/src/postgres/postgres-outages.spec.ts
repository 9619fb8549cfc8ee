import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { StoreFullError, StoreUnavailableError } from '@sfm/memory';
import { aWrite, drainAll, freshNamespace } from '@sfm/memory/testing';
import { createServer, type AddressInfo } from 'node:net';
import { createTestDatabase } from '../../../../test/services/postgres/postgres.js';
import { waitFor } from '../../../../test/services/lifetime/wait-for.js';
import { openTruthDatabase, type TruthDatabase } from '../../test/truth-database.js';
import { PostgresDatabase } from './connection/postgres-database.js';
import { PostgresHealth } from './connection/postgres-health.js';
import { createDataSource } from './connection/data-source.js';

let truth: TruthDatabase;

beforeAll(async () => {
  truth = await openTruthDatabase();
});
afterAll(async () => {
  await truth.close();
});

/** Ends connections of this database other than the one that asks; `listening` picks those that listen. */
async function endConnections(listening: boolean): Promise<number> {
  const rows = await truth.database.query({
    text: `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND backend_type = 'client backend'
        AND pid <> pg_backend_pid() AND (query LIKE 'LISTEN%') = $1`,
    values: [listening],
  });
  return rows.length;
}

describe('while PostgreSQL is away', () => {
  it('says that the store is unavailable, with the cause, and answers again when it is back', async () => {
    const health = new PostgresHealth(truth.database);
    expect(await health.check()).toBeGreaterThan(0);
    const held = Array.from({ length: 4 }, () => truth.database.query({ text: 'SELECT pg_sleep(30)' }));
    const outcomes = Promise.allSettled(held);
    await waitFor(async () => {
      const [row] = await truth.database.query<{ n: number }>({
        text: `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(30)' AND state = 'active'`,
      });
      return row?.n === 4;
    });
    await endConnections(false);
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: { code: 'store_unavailable', cause: { code: '57P01' } },
      });
    }
    expect(await health.check()).toBeGreaterThan(0);
    const namespace = freshNamespace();
    expect(await truth.adapters.writer.write([aWrite(namespace)])).toHaveLength(1);
  });

  it('says that its disk is full when a write finds it so, and of its health until there is space', async () => {
    const namespace = freshNamespace();
    const refuse = (when: string) => ({
      text: `CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          IF ${when} THEN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END IF;
          RETURN NEW;
        END $$;
        CREATE TRIGGER no_space BEFORE INSERT ON memories FOR EACH ROW EXECUTE FUNCTION no_space()`,
    });
    await truth.database.query(refuse(`NEW.namespace = '${namespace}'`));
    try {
      await expect(truth.adapters.writer.write([aWrite(namespace)])).rejects.toMatchObject({ code: 'store_full' });
      expect(truth.database.isSuspectedFull).toBe(true);
      const stillFull: Pick<PostgresDatabase, 'query' | 'isSuspectedFull'> = {
        isSuspectedFull: true,
        query: async ({ text }) => {
          if (text.includes('CREATE TEMP TABLE')) throw new StoreFullError('no space');
          return [];
        },
      };
      await expect(new PostgresHealth(stillFull).check()).rejects.toMatchObject({ code: 'store_full' });
      expect(await new PostgresHealth(truth.database).check()).toBeGreaterThan(0);
      expect(truth.database.isSuspectedFull).toBe(false);
    } finally {
      await truth.database.query({ text: 'DROP FUNCTION no_space CASCADE' });
    }
    expect(await truth.adapters.writer.write([aWrite(namespace)])).toHaveLength(1);
  });

  it('says so when nobody listens, when it is not connected and when it is closed', async () => {
    const { url, drop } = await createTestDatabase();
    const { hostname, port, username, password, pathname } = new URL(url);
    const connection = {
      host: hostname,
      port: Number(port),
      user: username,
      password,
      database: pathname.slice(1),
      ssl: false as const,
    };
    const source = createDataSource({ connection, pool: { size: 1 } });
    const health = new PostgresHealth(new PostgresDatabase(source));
    await expect(health.check()).rejects.toThrow(StoreUnavailableError);
    await source.initialize();
    await health.check();
    await source.destroy();
    await expect(health.check()).rejects.toThrow(StoreUnavailableError);
    await drop();
  });

  it('lets errors that are not outages through as they are', async () => {
    await expect(truth.database.query({ text: 'SELECT 1/0' })).rejects.toMatchObject({ code: '22012' });
    await expect(truth.database.query({ text: 'SELECT nonsense' })).rejects.not.toBeInstanceOf(StoreUnavailableError);
  });

  it('does not take an unreachable event bus for an outage of its own', async () => {
    await truth.adapters.writer.write([aWrite(freshNamespace())]);
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const refused = Object.assign(new Error(`connect ECONNREFUSED 127.0.0.1:${port}`), { code: 'ECONNREFUSED' });
    await expect(truth.adapters.outbox.drain(10, () => Promise.reject(refused))).rejects.toBe(refused);
  });
});

describe('a listener of the outbox', () => {
  it('connects again by itself when its connection is lost, and wakes for what it may have missed', async () => {
    let wakes = 0;
    const stop = await truth.adapters.outbox.listen(() => (wakes += 1));
    const before = wakes;
    expect(await endConnections(true)).toBe(1);
    await waitFor(() => wakes > before, { what: () => 'the wake after reconnecting' });
    const reconnected = wakes;
    await truth.adapters.writer.write([aWrite(freshNamespace())]);
    await waitFor(() => wakes > reconnected, { what: () => 'a wake over the new connection' });
    await stop();
    await waitFor(async () => {
      const [row] = await truth.database.query<{ n: number }>({
        text: `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`,
      });
      return row?.n === 0;
    });
  });
});

describe('a transaction', () => {
  it('leaves nothing of a relay that dies between publishing and noting it: all is handed out again', async () => {
    await drainAll(truth.adapters.outbox);
    const namespace = freshNamespace();
    await truth.adapters.writer.write([aWrite(namespace), aWrite(namespace)]);
    const dying = truth.adapters.outbox.drain(10, async (records) => {
      await truth.database.query({
        text: `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND state = 'idle in transaction'`,
      });
      return { published: records.map(({ event }) => event.event_id) };
    });
    await expect(dying).rejects.toThrow(StoreUnavailableError);
    expect((await drainAll(truth.adapters.outbox)).map(({ version }) => version)).toEqual([1, 2]);
  });

  it('is tried again when it was the victim of a deadlock', async () => {
    await truth.database.query({ text: `CREATE TABLE victims (n int PRIMARY KEY, hits int NOT NULL DEFAULT 0)` });
    await truth.database.query({ text: `INSERT INTO victims (n) VALUES (1), (2)` });
    await truth.database.query({
      text: `CREATE FUNCTION hit_both(a int, b int) RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
          UPDATE victims SET hits = hits + 1 WHERE n = a;
          PERFORM pg_sleep(0.05);
          UPDATE victims SET hits = hits + 1 WHERE n = b;
        END $$`,
    });
    await Promise.all([
      truth.database.queryWithRetry({ text: 'SELECT hit_both(1, 2)' }),
      truth.database.queryWithRetry({ text: 'SELECT hit_both(2, 1)' }),
    ]);
    expect(await truth.database.query({ text: 'SELECT n, hits FROM victims ORDER BY n' })).toEqual([
      { n: 1, hits: 2 },
      { n: 2, hits: 2 },
    ]);
  });
});
