import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Socket } from 'node:net';
import { createTestDatabase, type TestDatabase } from '../../../../../test/services/postgres/postgres.js';
import { resolveConnection, type PostgresConnection } from './connection.js';
import { createDataSource } from './data-source.js';
import { InstanceLock } from '../locks/instance-lock.js';
import { PostgresDatabase } from './postgres-database.js';

/** The system's own default is two hours. */
const SOON = [true, 10_000];
const FETCH_DELAY_MS = 60_000;

let testDatabase: TestDatabase;
let connection: PostgresConnection;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  connection = await resolveConnection(testDatabase.url);
});
afterAll(() => testDatabase.drop());

describe('a connection to PostgreSQL asks soon whether the other side is still there', () => {
  afterEach(() => void jest.restoreAllMocks());
  /** What connections ask for, except those of `fetch`, which helpers of the tests may open meanwhile. */
  const watched = () => {
    const spy = jest.spyOn(Socket.prototype, 'setKeepAlive');
    return () => spy.mock.calls.filter(([, delayMs]) => delayMs !== FETCH_DELAY_MS);
  };

  it('as one of the pool, and as one outside of it', async () => {
    const dataSource = createDataSource({ connection, pool: { size: 1 } });
    const keepAlive = watched();
    await dataSource.initialize();
    try {
      expect(keepAlive()).toEqual([SOON]);
      const dedicated = new PostgresDatabase(dataSource).dedicatedClient();
      await dedicated.connect();
      await dedicated.end();
      expect(keepAlive()).toEqual([SOON, SOON]);
    } finally {
      await dataSource.destroy();
    }
  });

  it('as the one that carries the instance lock', async () => {
    const lock = new InstanceLock({ ...connection, waitMs: 0, onLost: () => undefined });
    const keepAlive = watched();
    try {
      await lock.acquire();
      expect(keepAlive()).toEqual([SOON]);
    } finally {
      await lock.release();
    }
  });
});
