import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { MIGRATIONS } from '@sfm/migrations';
import { aWrite, freshNamespace } from '@sfm/memory/testing';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describeWith } from '../../../../../test/services/availability.js';
import { findSystemPostgres, startSystemPostgres } from '../../../../../test/services/postgres/system-postgres.js';
import { query } from '../../../test/data-folder.js';
import { resolveConnection, type PostgresConnection } from '../connection/connection.js';
import { createDataSource } from '../connection/data-source.js';
import { STORAGE_ENTITIES } from '../entities/storage-entities.js';
import { MigrationRunner } from '../schema/migration-runner.js';
import { PostgresDatabase } from '../connection/postgres-database.js';
import { PostgresMemoryWriter } from '../writing/postgres-memory-writer.js';
import { dumpDatabase, restoreDatabase } from './postgres-dump.js';

const describeDump = await describeWith([], { pg_dump: findSystemPostgres });

describeDump('a dump of the database', () => {
  let server: Awaited<ReturnType<typeof startSystemPostgres>>;
  let connection: PostgresConnection;
  let url: string;
  const namespace = freshNamespace();

  beforeAll(async () => {
    server = await startSystemPostgres();
    // As the service connects: policies bind the role, the owner of the tables.
    const password = 'owner';
    await query(server.url, `CREATE ROLE owner LOGIN PASSWORD '${password}' NOSUPERUSER`);
    await query(server.url, 'CREATE DATABASE owned OWNER owner');
    const owned = new URL(server.url);
    Object.assign(owned, { username: 'owner', password, pathname: '/owned' });
    url = owned.href;
    connection = await resolveConnection(url);
    const dataSource = createDataSource({ connection, entities: STORAGE_ENTITIES, migrations: MIGRATIONS });
    await dataSource.initialize();
    await new MigrationRunner(dataSource).migrateUp();
    const writer = new PostgresMemoryWriter(new PostgresDatabase(dataSource));
    await writer.write([aWrite(namespace), aWrite(namespace, { coordinate: [3, 4] }), aWrite(freshNamespace())]);
    await dataSource.destroy();
  });
  afterAll(async () => {
    await server.stop();
  });

  const contents = async () => ({
    memories: await query(url, 'SELECT * FROM memories ORDER BY coordinate_key'),
    ledger: await query(url, 'SELECT * FROM memory_events ORDER BY seq'),
    outbox: await query(url, 'SELECT * FROM outbox ORDER BY 1'),
  });

  it('brings back what was lost, and takes away what came later', async () => {
    const before = await contents();
    const dump = await buffer(dumpDatabase(connection));
    await query(url, "BEGIN; SET LOCAL soma.erasing = 'on'; DELETE FROM memories; COMMIT");
    await restoreDatabase(connection, Readable.from([dump]));
    expect(await contents()).toEqual(before);
    expect(before.memories).toHaveLength(3);
    expect(before.ledger).toHaveLength(3);
  });

  it('brings the policies back with the tables', async () => {
    await restoreDatabase(connection, Readable.from([await buffer(dumpDatabase(connection))]));
    const bound = await query(
      url,
      'SELECT count(*)::int AS tables FROM pg_class WHERE relrowsecurity AND relforcerowsecurity',
    );
    expect(bound).toEqual([{ tables: 14 }]);
  });

  it('goes on numbering the ledger where it was', async () => {
    const dump = await buffer(dumpDatabase(connection));
    await restoreDatabase(connection, Readable.from([dump]));
    const [last] = await query(url, 'SELECT max(seq)::int AS seq FROM memory_events');
    const [next] = await query(url, "SELECT nextval(pg_get_serial_sequence('memory_events', 'seq'))::int AS seq");
    expect(Number(next?.['seq'])).toBeGreaterThan(Number(last?.['seq']));
  });

  it('changes nothing when it is damaged', async () => {
    const before = await contents();
    const dump = await buffer(dumpDatabase(connection));
    const cut = dump.subarray(0, Math.floor(dump.length / 2));
    await expect(restoreDatabase(connection, Readable.from([cut]))).rejects.toThrow('pg_restore failed');
    const failing = Readable.from(
      (function* () {
        yield cut;
        throw new Error('the checksum is wrong');
      })(),
    );
    await expect(restoreDatabase(connection, failing)).rejects.toThrow('the checksum is wrong');
    expect(await contents()).toEqual(before);
  });

  it('fails, with what the program complained and without the password, when the database cannot be read', async () => {
    const wrong = { ...connection, password: "it's:wrong\\" };
    const failure = await buffer(dumpDatabase(wrong)).then(
      () => 'none',
      (error: unknown) => String(error),
    );
    expect(failure).toMatch(/pg_dump failed: .*password authentication failed/s);
    expect(failure).not.toContain('wrong\\');
  });
});
