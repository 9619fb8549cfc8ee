import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { InvalidPostgresUrl, resolveConnection } from './connection.js';

describe('resolveConnection', () => {
  let folder: string;
  let servers: Server[];

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'sfm-tls-'));
    servers = [];
  });

  afterEach(async () => {
    for (const server of servers) server.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('reads every part of the URL, percent-encoding included', async () => {
    expect(await resolveConnection('postgresql://us%40er:p%3Ass@db.example:6543/my%20db?sslmode=disable')).toEqual({
      host: 'db.example',
      port: 6543,
      user: 'us@er',
      password: 'p:ss',
      database: 'my db',
      ssl: false,
    });
  });

  it('fills in the usual defaults, and accepts the driver suffix other clients write', async () => {
    expect(await resolveConnection('postgres+psycopg2://me@localhost?sslmode=disable')).toMatchObject({
      host: 'localhost',
      port: 5432,
      user: 'me',
      password: '',
      database: 'me',
    });
    expect(await resolveConnection('postgres://me@/db?host=/run/postgresql')).toMatchObject({
      host: '/run/postgresql',
      ssl: false,
    });
  });

  it('refuses what is no PostgreSQL URL without repeating the password', async () => {
    const refused = await resolveConnection('postgresql://user:sec ret@[bad/db').catch((error: unknown) => error);

    expect(refused).toBeInstanceOf(InvalidPostgresUrl);
    expect(String(refused)).not.toContain('sec ret');
    await expect(resolveConnection('mysql://x')).rejects.toThrow(InvalidPostgresUrl);
    await expect(resolveConnection('postgresql://h/d?sslmode=maybe')).rejects.toThrow(/verify-full/);
  });

  it('encrypts without checking under require, checks the chain under verify-ca and the name too under verify-full', async () => {
    const rootCertFile = path.join(folder, 'root.pem');
    const root = '-----BEGIN CERTIFICATE-----\nROOT';
    await writeFile(rootCertFile, root);
    const url = 'postgresql://u:p@h/d';

    expect((await resolveConnection(url, { mode: 'require' })).ssl).toEqual({ rejectUnauthorized: false });
    expect((await resolveConnection(url, { mode: 'require', rootCertFile })).ssl).toMatchObject({
      rejectUnauthorized: true,
      ca: root,
    });
    expect((await resolveConnection(`${url}?sslmode=verify-ca`, { rootCertFile })).ssl).toMatchObject({
      rejectUnauthorized: true,
      checkServerIdentity: expect.any(Function),
    });
    expect((await resolveConnection(`${url}?sslmode=verify-full&sslrootcert=${rootCertFile}`)).ssl).toEqual({
      rejectUnauthorized: true,
      ca: root,
    });
  });

  it('names a certificate it cannot read', async () => {
    const options = { mode: 'verify-full', rootCertFile: path.join(folder, 'none.pem') } as const;

    await expect(resolveConnection('postgresql://u:p@h/d', options)).rejects.toThrow(/root certificate .*none\.pem/);
  });

  it('asks the server under prefer, and encrypts only when it offers that', async () => {
    const yes = await serverThatAnswers('S');
    const no = await serverThatAnswers('N');

    expect((await resolveConnection(`postgresql://u:p@127.0.0.1:${yes}/d`)).ssl).toEqual({ rejectUnauthorized: false });
    expect((await resolveConnection(`postgresql://u:p@127.0.0.1:${no}/d`)).ssl).toBe(false);
  });

  async function serverThatAnswers(letter: 'S' | 'N'): Promise<number> {
    const server = createServer((socket) =>
      socket.once('data', () => socket.write(letter)).on('error', () => undefined),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    servers.push(server);
    const address = server.address() as AddressInfo;
    return address.port;
  }
});
