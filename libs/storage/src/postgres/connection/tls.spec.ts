import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describeWith } from '../../../../../test/services/availability.js';
import {
  startPostgres,
  startTlsPostgres,
  type TlsPostgresProcess,
} from '../../../../../test/services/postgres/postgres.js';
import { connectionProblem, type ConnectionProblem } from './connection-problem.js';
import { resolveConnection, type PostgresConnection } from './connection.js';
import { createDataSource } from './data-source.js';
import { InstanceLock } from '../locks/instance-lock.js';
import { PostgresDatabase } from './postgres-database.js';
import { PostgresOutbox } from '../outbox/postgres-outbox.js';
import type { TlsOptions } from './tls.js';

const describeReal = await describeWith(['postgres']);
const WHOSE = `SELECT ssl, current_user AS role FROM pg_stat_ssl WHERE pid = pg_backend_pid()`;

/** Opens a pool as the service does and asks who it is to the server. */
async function ask(connection: PostgresConnection): Promise<unknown> {
  const dataSource = createDataSource({ connection, pool: { size: 2 } });
  await dataSource.initialize();
  try {
    return (await new PostgresDatabase(dataSource).query({ text: WHOSE }))[0];
  } finally {
    await dataSource.destroy();
  }
}

async function problemOf(attempt: Promise<unknown>): Promise<ConnectionProblem | 'none' | undefined> {
  return attempt.then(
    () => 'none' as const,
    (error: unknown) => connectionProblem(error),
  );
}

describeReal('TLS to a PostgreSQL that takes encrypted connections only', () => {
  let server: TlsPostgresProcess;
  const connect = async (tls: TlsOptions, url = server.url) => ask(await resolveConnection(url, tls));
  const roots = () => ({ rootCertFile: server.certificates.caFile });
  const client = () => ({ certFile: server.certificates.clientCertFile, keyFile: server.certificates.clientKeyFile });
  const byCertificate = () => {
    const url = new URL(server.url);
    url.username = server.certificateRole;
    url.password = '';
    return url.href;
  };

  beforeAll(async () => {
    server = await startTlsPostgres();
  });
  afterAll(() => server.stop());

  it('refuses plain text, and that is told apart from a wrong password', async () => {
    expect(await problemOf(connect({ mode: 'disable' }))).toBe('encryption required');
    const url = new URL(server.url);
    url.password = 'wrong';
    expect(await problemOf(connect({ mode: 'require' }, url.href))).toBe('login refused');
    url.pathname = '/nowhere';
    url.password = server.password;
    expect(await problemOf(connect({ mode: 'require' }, url.href))).toBe('database missing');
  });

  it.each(['allow', 'prefer', 'require'] as const)('is reached under %s without any certificate', async (mode) => {
    expect(await connect({ mode })).toEqual({ ssl: true, role: server.user });
  });

  it('is reached without a word about encryption, in settings or URL', async () => {
    expect(await connect({})).toMatchObject({ ssl: true });
    expect(
      await connect({}, `${server.url}?sslmode=verify-full&sslrootcert=${server.certificates.caFile}`),
    ).toMatchObject({
      ssl: true,
    });
  });

  it.each(['require', 'verify-ca', 'verify-full'] as const)(
    'is trusted under %s by its authority only',
    async (mode) => {
      expect(await connect({ mode, ...roots() })).toMatchObject({ ssl: true });
      const other = connect({ mode, rootCertFile: server.certificates.otherCaFile });
      expect(await problemOf(other)).toBe('server certificate untrusted');
    },
  );

  it.each(['verify-ca', 'verify-full'] as const)('is not trusted under %s when no authority is named', async (mode) => {
    expect(await problemOf(connect({ mode }))).toBe('server certificate untrusted');
  });

  it('must be called by a name of its certificate under verify-full, and may have any under verify-ca', async () => {
    const named = new URL(server.url);
    named.hostname = 'localhost';
    expect(await connect({ mode: 'verify-full', ...roots() }, named.href)).toMatchObject({ ssl: true });
    // A name that leads to 127.0.0.1 and is no name of the certificate.
    named.hostname = '127.1';
    expect(await connect({ mode: 'verify-ca', ...roots() }, named.href)).toMatchObject({ ssl: true });
    const full = connect({ mode: 'verify-full', ...roots() }, named.href);
    expect(await problemOf(full)).toBe('server certificate of another host');
  });

  it('lets a client in by its certificate, for the pool, for listening and for the instance lock', async () => {
    const connection = await resolveConnection(byCertificate(), { mode: 'verify-full', ...roots(), ...client() });
    const dataSource = createDataSource({ connection, pool: { size: 2 } });
    await dataSource.initialize();
    const database = new PostgresDatabase(dataSource);
    let wakes = 0;
    const stop = await new PostgresOutbox(database).listen(() => (wakes += 1));
    const lock = new InstanceLock({ ...connection, waitMs: 0, onLost: () => undefined });
    try {
      expect(await database.query({ text: WHOSE })).toEqual([{ ssl: true, role: server.certificateRole }]);
      expect(wakes).toBe(1);
      expect(await lock.acquire()).toBeUndefined();
      expect(lock.held).toBe(true);
    } finally {
      await Promise.all([stop(), lock.release()]);
      await dataSource.destroy();
    }
  });

  it('turns a client away that has no certificate, or one of another role', async () => {
    expect(await problemOf(connect({ mode: 'require' }, byCertificate()))).toBe('client certificate required');
    const url = new URL(byCertificate());
    url.username = server.user;
    expect(await problemOf(connect({ mode: 'require', ...client() }, url.href))).toBe('login refused');
  });

  it('names files that cannot be used before anything is connected', async () => {
    const { caFile, clientCertFile, serverKeyFile } = server.certificates;
    const empty = path.join(path.dirname(caFile), 'empty.pem');
    await writeFile(empty, '');
    const mismatch = connect({ mode: 'require', certFile: clientCertFile, keyFile: serverKeyFile });
    await expect(mismatch).rejects.toThrow(/client certificate .*client\.crt and key .*server\.key cannot be used/);
    await expect(connect({ mode: 'require', certFile: clientCertFile, keyFile: empty })).rejects.toThrow(
      /empty\.pem holds no private key/,
    );
    await expect(connect({ mode: 'require', certFile: clientCertFile })).rejects.toThrow(/only useful together/);
    await expect(connect({ mode: 'verify-ca', rootCertFile: empty })).rejects.toThrow(
      /empty\.pem holds no certificate/,
    );
    await expect(connect({ mode: 'verify-ca', rootCertFile: `${empty}.none` })).rejects.toThrow(/cannot be read/);
  });
});

describe('TLS to a PostgreSQL that does not encrypt', () => {
  it('is refused under require and left out under prefer', async () => {
    const server = await startPostgres();
    try {
      const attempt = async (tls: TlsOptions) => ask(await resolveConnection(server.url, tls));
      expect(await problemOf(attempt({ mode: 'require' }))).toBe('encryption not offered');
      expect(await attempt({ mode: 'prefer' })).toMatchObject({ ssl: false });
    } finally {
      await server.stop();
    }
  });
});
