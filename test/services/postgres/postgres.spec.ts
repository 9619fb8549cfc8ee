import { expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { describeWith } from '../availability.js';
import { createTestDatabase, startPostgres, startTlsPostgres } from './postgres.js';

const describeReal = await describeWith(['postgres']);

async function ask(config: pg.ClientConfig, text: string): Promise<unknown> {
  const client = new pg.Client(config);
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ answer: unknown }>(text);
    return rows[0]?.answer;
  } finally {
    await client.end();
  }
}

describeReal('a PostgreSQL for tests', () => {
  it('gives each file a database of its own, copied from a template that is built once', async () => {
    let builds = 0;
    const template = {
      name: 'of_this_spec',
      build: async (url: string) => {
        builds += 1;
        await ask({ connectionString: url }, 'CREATE TABLE made_by_template (n int)');
      },
    };
    const databases = [await createTestDatabase(template), await createTestDatabase(template)];
    for (const { url } of databases) {
      const count = 'SELECT count(*)::int AS answer FROM made_by_template';
      expect(await ask({ connectionString: url }, count)).toBe(0);
    }
    expect(builds).toBe(1);
    expect(databases[0]?.name).not.toBe(databases[1]?.name);
    await Promise.all(databases.map((database) => database.drop()));
  });

  it('keeps what it acknowledged when it is killed and started again', async () => {
    const server = await startPostgres();
    const connection = { connectionString: server.url };
    await ask(connection, 'CREATE TABLE kept (n int)');
    await ask(connection, 'INSERT INTO kept VALUES (7)');
    expect(await ask(connection, 'SELECT rolsuper AS answer FROM pg_roles WHERE rolname = current_user')).toBe(false);
    await server.kill();
    await expect(ask(connection, 'SELECT 1 AS answer')).rejects.toThrow(/ECONNREFUSED/);
    await server.start();
    expect(await ask(connection, 'SELECT n AS answer FROM kept')).toBe(7);
    await server.stop();
    await expect(ask(connection, 'SELECT 1 AS answer')).rejects.toThrow(/ECONNREFUSED/);
  });
});

describeReal('a PostgreSQL that demands TLS', () => {
  it('refuses plain text, proves who it is, and takes a client certificate for a password', async () => {
    const server = await startTlsPostgres();
    const { caFile, clientCertFile, clientKeyFile, otherCaFile } = server.certificates;
    const [ca, cert, key, otherCa] = await Promise.all(
      [caFile, clientCertFile, clientKeyFile, otherCaFile].map((file) => readFile(file, 'utf8')),
    );
    const question = 'SELECT ssl AS answer FROM pg_stat_ssl WHERE pid = pg_backend_pid()';
    const connectionString = server.url;
    await expect(ask({ connectionString }, question)).rejects.toThrow(/no encryption/);
    expect(await ask({ connectionString, ssl: { ca } }, question)).toBe(true);
    await expect(ask({ connectionString, ssl: { ca: otherCa } }, question)).rejects.toThrow(/certificate/);
    const url = new URL(connectionString);
    const asRole = {
      host: url.hostname,
      port: Number(url.port),
      database: url.pathname.slice(1),
      user: server.certificateRole,
    };
    expect(await ask({ ...asRole, ssl: { ca, cert, key } }, 'SELECT current_user AS answer')).toBe(
      server.certificateRole,
    );
    await expect(ask({ ...asRole, ssl: { ca } }, question)).rejects.toThrow(/certificate/);
    await server.kill();
    await server.start();
    await expect(ask({ connectionString }, question)).rejects.toThrow(/no encryption/);
    expect(await ask({ connectionString, ssl: { ca } }, question)).toBe(true);
    await server.stop();
  });
});
