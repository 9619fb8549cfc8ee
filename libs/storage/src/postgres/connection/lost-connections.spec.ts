import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { StoreUnavailableError } from '@sfm/memory';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { DataSource } from 'typeorm';
import { createTestDatabase, type TestDatabase } from '../../../../../test/services/postgres/postgres.js';
import { resolveConnection } from './connection.js';
import { createDataSource } from './data-source.js';
import { PostgresDatabase } from './postgres-database.js';

let testDatabase: TestDatabase;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
});
afterAll(() => testDatabase.drop());

/**
 * A server that is killed may say so in the very packet in which it says that it is ready. The driver then tells of
 * the loss before anybody who waited for the connection has had a turn to listen: an error that nobody listens for
 * ends the process.
 */
describe('a connection that is lost as it is handed to a transaction', () => {
  let proxy: DyingProxy;
  let dataSource: DataSource;
  let database: PostgresDatabase;
  const lost: string[] = [];

  beforeEach(async () => {
    lost.length = 0;
    proxy = await dyingProxy(testDatabase.url);
    dataSource = createDataSource({
      connection: await resolveConnection(proxy.url),
      pool: { size: 1 },
      onIdleConnectionError: ({ message }) => lost.push(message),
    });
    await dataSource.initialize();
    database = new PostgresDatabase(dataSource);
  });

  afterEach(async () => {
    await dataSource.destroy();
    proxy.close();
  });

  const transaction = () => database.transaction((run) => run<{ one: number }>({ text: 'SELECT 1 AS one' }));

  it('fails the transaction, not the process, when somebody else has just given it back', async () => {
    proxy.dieWhenReady();
    const given = database.query({ text: 'SELECT 1 AS one' });
    const waiting = transaction();
    await expect(waiting).rejects.toThrow(StoreUnavailableError);
    expect(await given).toEqual([{ one: 1 }]);
    expect(await transaction()).toEqual([{ one: 1 }]);
  });

  it('fails the transaction, not the process, when it is a new one', async () => {
    proxy.loseAll();
    await expect(database.query({ text: 'SELECT 1' })).rejects.toThrow(StoreUnavailableError);
    proxy.dieWhenReady();
    await expect(transaction()).rejects.toThrow(StoreUnavailableError);
    expect(await transaction()).toEqual([{ one: 1 }]);
  });
});

interface DyingProxy {
  readonly url: string;
  /** The next time that the server is ready for a statement it dies, and says both in one packet. */
  dieWhenReady(): void;
  /** Every connection breaks, without a word. */
  loseAll(): void;
  close(): void;
}

const READY_FOR_QUERY = Buffer.from('Z\0\0\0\u0005I', 'latin1');

function fatalError(): Buffer {
  const fields = ['SFATAL', 'VFATAL', 'C57P01', 'Mterminating connection due to unexpected postmaster exit', ''];
  const body = Buffer.from(fields.map((field) => `${field}\0`).join(''), 'latin1');
  const head = Buffer.from('E\0\0\0\0', 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

/** Passes connections on to PostgreSQL, and can let them end as those of a killed server do. */
async function dyingProxy(url: string): Promise<DyingProxy> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  let isDying = false;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    client.on('data', (chunk) => upstream.write(chunk));
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
    upstream.on('data', (chunk) => {
      if (!isDying || !chunk.subarray(-READY_FOR_QUERY.length).equals(READY_FOR_QUERY)) {
        client.write(chunk);
        return;
      }
      isDying = false;
      client.end(Buffer.concat([chunk, fatalError()]));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  const through = new URL(url);
  through.host = `127.0.0.1:${address.port}`;
  through.searchParams.set('sslmode', 'disable');
  const loseAll = () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  return {
    url: through.href,
    dieWhenReady: () => (isDying = true),
    loseAll,
    close: () => {
      loseAll();
      server.close();
    },
  };
}
