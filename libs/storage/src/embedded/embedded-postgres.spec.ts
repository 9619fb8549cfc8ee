import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, chown, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { waitFor } from '../../../../test/services/lifetime/wait-for.js';
import { DataFolder, query } from '../../test/data-folder.js';
import { EmbeddedPostgres, type EmbeddedPostgresOptions } from './embedded-postgres.js';
import { isAlive } from './postmaster-file.js';

describe('EmbeddedPostgres', () => {
  let folder: DataFolder;
  let started: EmbeddedPostgres[];

  beforeEach(async () => {
    folder = await DataFolder.make();
    started = [];
  });

  afterEach(async () => {
    for (const embedded of started) await embedded.stop();
    await folder.remove();
  });

  function launcher(options: Partial<EmbeddedPostgresOptions> = {}): EmbeddedPostgres {
    const embedded = new EmbeddedPostgres({ dataDir: folder.dataDir, ...options });
    started.push(embedded);
    return embedded;
  }

  it('makes a durable UTF-8 cluster on loopback whose service role is no superuser', async () => {
    const { url, created, adopted } = await launcher().start();

    expect({ created, adopted }).toEqual({ created: true, adopted: false });
    const [settings] = await query(
      url,
      `SELECT current_setting('fsync') AS fsync, current_setting('full_page_writes') AS pages,
              current_setting('synchronous_commit') AS commit, current_setting('listen_addresses') AS listen,
              current_setting('server_encoding') AS encoding, current_setting('autovacuum_naptime') AS counted,
              (SELECT rolsuper OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = current_user) AS privileged,
              (SELECT datlocprovider::text || ' ' || datlocale FROM pg_database WHERE datname = current_database()) AS locale`,
    );
    expect(settings).toEqual({
      fsync: 'on',
      pages: 'on',
      commit: 'on',
      listen: '127.0.0.1',
      encoding: 'UTF8',
      counted: '5s',
      privileged: false,
      locale: 'b C.UTF-8',
    });
  });

  it('lets its service role make tables and trusted extensions, and nobody in without the password', async () => {
    const { url, port, database } = await launcher().start();

    await query(url, 'CREATE EXTENSION pg_trgm; CREATE TABLE t (id int)');
    await expect(query(`postgresql://soma:wrong@127.0.0.1:${port}/${database}`, 'SELECT 1')).rejects.toThrow(
      /password/,
    );
    await expect(query(`postgresql://postgres@127.0.0.1:${port}/postgres`, 'SELECT 1')).rejects.toThrow(/password/i);
  });

  it('keeps passwords in a file that only its owner reads', async () => {
    await launcher().start();

    const { mode } = await stat(path.join(folder.dataDir, 'postgres', 'somafractalmemory.json'));
    expect(mode & 0o777).toBe(0o600);
    expect((await stat(path.join(folder.dataDir, 'postgres'))).mode & 0o777).toBe(0o700);
  });

  it('keeps the data over a stop and a second start', async () => {
    const first = launcher();
    await query((await first.start()).url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();

    const again = await launcher().start();

    expect(again.created).toBe(false);
    expect(await query(again.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('leaves no process and no pid file when stopped, and may be stopped twice', async () => {
    const embedded = launcher();
    const { pid, url } = await embedded.start();
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();

    await Promise.all([embedded.stop(), embedded.stop()]);

    expect(await isAlive(pid)).toBe(false);
    await expect(access(path.join(folder.dataDir, 'postgres', 'postmaster.pid'))).rejects.toThrow();
  });

  it('restarts a killed server on the same port, and pools work again by themselves', async () => {
    const logs: string[] = [];
    const log = (line: string): void => void logs.push(line);
    const { pid, port, url } = await launcher({ logger: { log, warn: log, error: log } }).start();
    const pool = new pg.Pool({ connectionString: url });
    pool.on('error', () => undefined);
    await pool.query('CREATE TABLE kept AS SELECT 1 AS one');

    process.kill(pid, 'SIGKILL');
    await waitFor(() =>
      pool.query('SELECT one FROM kept').then(
        () => logs.some((line) => line.includes('is back')),
        () => false,
      ),
    );

    expect(logs.join('\n')).toMatch(new RegExp(`pid ${pid}\\) died.*port ${port}`));
    await pool.end();
  });

  it('takes the instance lock again after its server was restarted', async () => {
    const { pid, superuserUrl } = await launcher().start();
    const holders = (): Promise<unknown[]> =>
      query(superuserUrl, "SELECT pid FROM pg_locks WHERE locktype = 'advisory'").catch(() => []);
    expect(await holders()).toHaveLength(1);

    process.kill(pid, 'SIGKILL');
    await waitFor(async () => !(await isAlive(pid)));
    await waitFor(async () => (await holders()).length === 1);
  });

  it('takes over a postmaster.pid whose process is gone', async () => {
    const gone = spawn(process.execPath, ['--version']);
    await once(gone, 'exit');
    await startAndStop();
    await writePostmasterFile(gone.pid ?? 0);

    const { adopted, url } = await launcher().start();

    expect(adopted).toBe(false);
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('takes over a postmaster.pid whose pid now belongs to an unrelated process, which it leaves alone', async () => {
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    try {
      await startAndStop();
      await writePostmasterFile(stranger.pid ?? 0);

      const { adopted } = await launcher().start();

      expect(adopted).toBe(false);
      expect(stranger.exitCode).toBeNull();
    } finally {
      stranger.kill('SIGKILL');
      await once(stranger, 'exit');
    }
  });

  it('does not adopt the server of a folder that this one was copied from', async () => {
    const other = await DataFolder.make();
    const original = new EmbeddedPostgres({ dataDir: other.dataDir });
    const { pid, port } = await original.start();
    try {
      await startAndStop();
      const copied = await readFile(path.join(other.dataDir, 'postgres', 'postmaster.pid'), 'utf8');
      await writeFile(
        path.join(folder.dataDir, 'postgres', 'postmaster.pid'),
        copied.replace(other.dataDir, folder.dataDir),
      );

      const mine = await launcher().start();

      expect(mine.adopted).toBe(false);
      expect({ pid: mine.pid, port: mine.port }).not.toEqual({ pid, port });
    } finally {
      await original.stop();
      await other.remove();
    }
  });

  it('makes the cluster again after a first start that died half-way', async () => {
    await mkdir(path.join(folder.dataDir, 'postgres.init-999999999-abcd', 'base'), { recursive: true });

    const { created } = await launcher().start();

    expect(created).toBe(true);
    expect((await readdir(folder.dataDir)).filter((name) => name.startsWith('postgres.init'))).toEqual([]);
  });

  it('names the version that made a data folder it cannot use', async () => {
    await startAndStop();
    await writeFile(path.join(folder.dataDir, 'postgres', 'PG_VERSION'), '14\n');

    await expect(launcher().start()).rejects.toMatchObject({
      code: 'VERSION_MISMATCH',
      message: expect.stringMatching(/PostgreSQL 14.*SOMA_DATA_DIR/s),
    });
  });

  it('says where the passwords should be when they are lost', async () => {
    await startAndStop();
    await rm(path.join(folder.dataDir, 'postgres', 'somafractalmemory.json'));

    await expect(launcher().start()).rejects.toMatchObject({ code: 'CREDENTIALS_MISMATCH' });
  });

  it('reports a data folder that cannot be made, and what to set', async () => {
    const file = path.join(folder.parent, 'file');
    await writeFile(file, '');

    await expect(launcher({ dataDir: path.join(file, 'data') }).start()).rejects.toThrow(
      /data folder .*file.data cannot be made\. There is a file in its place/,
    );
  });

  it('gives up with the reason when PostgreSQL refuses a setting, instead of trying for ever', async () => {
    await expect(launcher({ settings: { shared_buffers: 'nonsense' } }).start()).rejects.toMatchObject({
      code: 'START_FAILED',
      message: expect.stringContaining('shared_buffers'),
    });
  });

  async function startAndStop(): Promise<void> {
    const embedded = new EmbeddedPostgres({ dataDir: folder.dataDir });
    await embedded.start();
    await embedded.stop();
  }

  async function writePostmasterFile(pid: number): Promise<void> {
    const cluster = path.join(folder.dataDir, 'postgres');
    const lines = [pid, cluster, 1_700_000_000, 54_321, '', '127.0.0.1', '  99999999        99', 'ready   ', ''];
    const file = path.join(cluster, 'postmaster.pid');
    await writeFile(file, lines.join('\n'), { mode: 0o600 });
    const owner = await stat(cluster);
    await chown(file, owner.uid, owner.gid);
  }
});
