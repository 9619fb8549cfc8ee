import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { OutcomeUnknownError, StoreUnavailableError, type Namespace } from '@sfm/memory';
import { aDeletion, aWrite, freshNamespace } from '@sfm/memory/testing';
import { MIGRATIONS } from '@sfm/migrations';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { describeWith } from '../../../../../test/services/availability.js';
import { waitFor } from '../../../../../test/services/lifetime/wait-for.js';
import { startPostgres, type PostgresProcess } from '../../../../../test/services/postgres/postgres.js';
import { stallingProxy, type StallingProxy } from '../../../test/stalling-proxy.js';
import { resolveConnection } from '../connection/connection.js';
import { createDataSource } from '../connection/data-source.js';
import { PostgresDatabase } from '../connection/postgres-database.js';
import { STORAGE_ENTITIES } from '../entities/storage-entities.js';
import { MigrationRunner } from '../schema/migration-runner.js';
import { PostgresMemoryWriter } from './postgres-memory-writer.js';

const describeReal = await describeWith(['postgres']);
const STATEMENT_TIMEOUT_MS = 1000;

describeReal('writes to a PostgreSQL whose processes hang and go on later', () => {
  let server: PostgresProcess;
  let proxy: StallingProxy;
  let admin: pg.Client;
  let namespace: Namespace;
  const opened: DataSource[] = [];

  /** A service of its own: a pool and what writes through it. */
  const open = async (url = server.url) => {
    const dataSource = createDataSource({
      connection: await resolveConnection(url),
      entities: STORAGE_ENTITIES,
      migrations: MIGRATIONS,
      // Idle connections are dropped soon, so that frozen ones do not stand in the way of fresh ones.
      pool: { size: 4, statementTimeoutMs: STATEMENT_TIMEOUT_MS, idleTimeoutMs: 1500 },
    });
    await dataSource.initialize();
    opened.push(dataSource);
    return { dataSource, writer: new PostgresMemoryWriter(new PostgresDatabase(dataSource)) };
  };
  const ask = async <Row extends pg.QueryResultRow>(text: string, ...values: unknown[]) =>
    (await admin.query<Row>(text, values)).rows;
  const store = (text: string, ...coordinate: number[]) =>
    aWrite(namespace, { coordinate: coordinate.length > 0 ? coordinate : [1], payload: { text } });
  /** What the ledger tells of a coordinate, oldest first. */
  const told = async (key = '1') =>
    (
      await ask<{ event: string }>(
        `SELECT CASE WHEN type = 'deleted' THEN type ELSE payload->>'text' END AS event FROM memory_events
          WHERE namespace = $1 AND coordinate_key = $2 ORDER BY version`,
        namespace,
        key,
      )
    ).map(({ event }) => event);
  const standing = async (key = '1') =>
    (
      await ask<{ text: string | null }>(
        "SELECT payload->>'text' AS text FROM memories WHERE namespace = $1 AND coordinate_key = $2",
        namespace,
        key,
      )
    )[0]?.text;
  /** Resolves when none of the processes works on a statement any more. */
  const settled = (pids: readonly number[]) =>
    waitFor(
      async () =>
        (await ask("SELECT FROM pg_stat_activity WHERE pid = ANY($1) AND state <> 'idle'", pids)).length === 0,
      { what: () => 'the server processes to be done' },
    );
  const failure = (change: Promise<unknown>) =>
    change.then(
      () => undefined,
      (error: unknown) => error,
    );

  beforeAll(async () => {
    server = await startPostgres();
    const { dataSource } = await open();
    await new MigrationRunner(dataSource).migrateUp();
    proxy = await stallingProxy(server.url);
    admin = new pg.Client({ connectionString: server.adminUrl.replace(/\/[^/]*$/, new URL(server.url).pathname) });
    await admin.connect();
  });
  beforeEach(() => {
    namespace = freshNamespace();
  });
  afterEach(async () => {
    server.thaw();
    await Promise.all(opened.splice(0).map((dataSource) => dataSource.destroy()));
  });
  afterAll(async () => {
    proxy.close();
    await admin.end();
    await server.stop();
  });

  it('never do a write later that was answered as failed, over a newer one', async () => {
    const { writer } = await open();
    await writer.write([store('before')]);
    const frozen = await server.freeze();
    expect(await failure(writer.write([store('failed')]))).toBeInstanceOf(StoreUnavailableError);
    await writer.write([store('acknowledged')]);
    server.thaw();
    await settled(frozen);
    expect(await told()).toEqual(['before', 'acknowledged']);
    expect(await standing()).toBe('acknowledged');
  });

  it('never revive a memory whose deletion was acknowledged', async () => {
    const { writer } = await open();
    await writer.write([store('before')]);
    const frozen = await server.freeze();
    expect(await failure(writer.write([store('failed')]))).toBeInstanceOf(StoreUnavailableError);
    await writer.delete([aDeletion(namespace, '1')]);
    server.thaw();
    await settled(frozen);
    expect(await told()).toEqual(['before', 'deleted']);
    expect(await standing()).toBeNull();
  });

  it('never do a deletion later that was answered as failed', async () => {
    const { writer } = await open();
    await writer.write([store('before')]);
    const frozen = await server.freeze();
    expect(await failure(writer.delete([aDeletion(namespace, '1')]))).toBeInstanceOf(StoreUnavailableError);
    await writer.write([store('acknowledged')]);
    server.thaw();
    await settled(frozen);
    expect(await told()).toEqual(['before', 'acknowledged']);
  });

  it('nor a conditional write, which locks before it writes', async () => {
    const { writer } = await open();
    await writer.write([store('before')]);
    const frozen = await server.freeze();
    expect(await failure(writer.write([{ ...store('failed'), expectedVersion: 1 }]))).toBeInstanceOf(
      StoreUnavailableError,
    );
    await writer.write([store('acknowledged')]);
    server.thaw();
    await settled(frozen);
    expect(await told()).toEqual(['before', 'acknowledged']);
  });

  it('say that a write is void which they get to after its deadline, and acknowledge it never', async () => {
    const { writer } = await open();
    await writer.write([store('before')]);
    const frozen = await server.freeze();
    const late = failure(writer.write([store('late')]));
    const sentMs = performance.now();
    // After the deadline, and before the writer gives up waiting for an answer.
    await waitFor(() => performance.now() - sentMs > STATEMENT_TIMEOUT_MS + 500);
    server.thaw();
    await settled(frozen);
    const error = await late;
    expect(error).toBeInstanceOf(StoreUnavailableError);
    expect(error).not.toBeInstanceOf(OutcomeUnknownError);
    expect(await told()).toEqual(['before']);
  });

  it('keep the order of writes to one coordinate while the first of them hangs, and let others pass', async () => {
    const { writer } = await open();
    await writer.write([store('before')]);
    await writer.write([store('before', 2)]);
    const frozen = await server.freeze();
    const first = failure(writer.write([store('first')]));
    const second = writer.write([store('second')]);
    server.thaw();
    await Promise.all([first, second]);
    await settled(frozen);
    expect(await told()).toEqual(['before', 'first', 'second']);
  });

  it('are ended when a connection is lost, before its write is answered as failed', async () => {
    const [lost, other] = [await open(proxy.url), await open()];
    await other.writer.write([store('before', 1), store('before', 2)]);
    await lost.writer.write([store('before', 3)]);
    // The batch waits for the first coordinate and has not got to the second.
    await admin.query('BEGIN');
    await ask('SELECT FROM memories WHERE namespace = $1 AND coordinate_key = $2 FOR UPDATE', namespace, '1');
    const failed = failure(lost.writer.write([store('failed', 1), store('failed', 2)]));
    await waitFor(async () => (await ask('SELECT FROM pg_locks WHERE NOT granted')).length > 0);
    proxy.lose();
    expect(await failed).toBeInstanceOf(OutcomeUnknownError);
    await other.writer.write([store('acknowledged', 2)]);
    await admin.query('ROLLBACK');
    await waitFor(async () => (await ask('SELECT FROM pg_locks WHERE NOT granted')).length === 0);
    expect(await told('2')).toEqual(['before', 'acknowledged']);
    expect(await told('1')).toEqual(['before']);
  });
});
