import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { describeWith } from '../services/availability.js';
import { childEnvironment } from '../services/environment.js';
import { freePort } from '../services/lifetime/free-port.js';
import { waitFor } from '../services/lifetime/wait-for.js';
import { findDebianPostgres } from '../services/postgres/system-postgres.js';
import { CHART } from './chart.js';

const FILES = path.join(CHART, 'files');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sfm-chart-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface Ended {
  readonly status: number | null;
  readonly output: string;
}

async function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const child = spawn(command, args, { env: { ...childEnvironment(), ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const collect = (chunk: Buffer) => (output += chunk.toString());
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, output })));
}

describe('start-postgres.sh', () => {
  /** Runs the script with an entry point of the image that prints what it gets. */
  async function start(url: string | undefined): Promise<Ended> {
    const place = await mkdtemp(path.join(folder, 'postgres-'));
    const script = path.join(place, 'start-postgres.sh');
    await writeFile(script, await readFile(path.join(FILES, 'postgres', 'start-postgres.sh')));
    await writeFile(path.join(place, 'settings'), 'port=5432\nwal_compression=on\n');
    const entrypoint = path.join(place, 'docker-entrypoint.sh');
    const role = '"${SOMA_ROLE-$POSTGRES_USER}" "${SOMA_PASSWORD-$POSTGRES_PASSWORD}" "${SOMA_DATABASE-$POSTGRES_DB}"';
    const print = `printf "%s|" "$POSTGRES_USER" ${role} "\${POSTGRES_URL-gone}" "$@"`;
    await writeFile(entrypoint, `#!/usr/bin/env bash\n${print}\n`);
    await chmod(entrypoint, 0o755);
    const inherited = childEnvironment()['PATH'] ?? '';
    return run('bash', [script, '-c', 'max_connections=9'], {
      PATH: `${place}:${inherited}`,
      PGDATA: path.join(place, 'empty'),
      ...(url === undefined ? {} : { POSTGRES_URL: url }),
    });
  }

  it.each([
    ['postgresql://soma:pw@host:5432/somamemory?sslmode=disable', 'soma|pw|somamemory'],
    ['postgres://me:p%40s%2Fs%3Aw%25d@host/my%20memories', 'me|p@s/s:w%d|my memories'],
    ["postgresql://me:'$(id)`id`@host/db", "me|'$(id)`id`|db"],
  ])('takes role, password and database from %s, and leaves the superuser to itself', async (url, expected) => {
    const { output, status } = await start(url);
    expect({ output, status }).toEqual({
      output: `postgres|${expected}|gone|postgres|-c|port=5432|-c|wal_compression=on|-c|max_connections=9|`,
      status: 0,
    });
  });

  it('warns of an address that makes the service a superuser, and goes on', async () => {
    const { output, status } = await start('postgresql://postgres:pw@host:5432/somamemory');
    expect(output).toContain('name another role in it, such as soma');
    expect(output).toContain('postgres|postgres|pw|somamemory|gone|postgres|');
    expect(status).toBe(0);
  });

  it.each([
    [undefined, 'POSTGRES_URL is not set'],
    ['mysql://a:b@c/d', 'it starts with something else'],
    ['postgresql://host:5432/db', 'it names no user'],
    ['postgresql://me@host/db', 'it holds no password'],
    ['postgresql://me:pw@host', 'it names no database'],
    ['postgresql://me:@host/db', 'is empty'],
  ])('refuses %s', async (url, message) => {
    const { output, status } = await start(url);
    expect(output).toContain(message);
    expect(output).not.toContain('postgres|-c');
    expect(status).not.toBe(0);
  });
});

const describePostgres = await describeWith([], { postgresql: findDebianPostgres });

describePostgres('start-postgres.sh with a real PostgreSQL', () => {
  /** What the image does: prepares an empty cluster with the scripts it finds, then becomes the server. */
  const ENTRYPOINT = `#!/usr/bin/env bash
set -Eeo pipefail
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  initdb --pgdata "$PGDATA" --username "$POSTGRES_USER" --auth-local trust --auth-host scram-sha-256 --no-sync --encoding UTF8 >/dev/null
  pg_ctl --pgdata "$PGDATA" --wait --silent --log "$PGHOST/log" --options "-c listen_addresses='' -c unix_socket_directories='$PGHOST'" start
  . "$INITDB_FOLDER/own-role.sh"
  pg_ctl --pgdata "$PGDATA" --wait --silent --mode fast stop
fi
exec "$@"
`;
  let place: string;
  let port: number;
  let server: ReturnType<typeof spawn> | undefined;

  beforeAll(async () => {
    place = await mkdtemp(path.join(tmpdir(), 'sfm-own-role-'));
    port = await freePort();
    await cp(path.join(FILES, 'postgres'), place, { recursive: true });
    const settings = ['listen_addresses=127.0.0.1', `port=${port}`, `unix_socket_directories=${place}`, 'fsync=off'];
    await writeFile(path.join(place, 'settings'), settings.join('\n'));
    await writeFile(path.join(place, 'docker-entrypoint.sh'), ENTRYPOINT, { mode: 0o755 });
    await chmod(place, 0o777);
  });
  afterAll(async () => {
    await stop();
    await rm(place, { recursive: true, force: true });
  });

  const urlOf = (role: string, password: string) => `postgresql://${role}:${password}@127.0.0.1:${port}/somamemory`;
  const asNobody = (...command: string[]) =>
    process.getuid?.() === 0 ? ['setpriv', '--reuid=nobody', '--clear-groups', ...command] : command;

  async function start(url: string): Promise<void> {
    const bin = `/usr/lib/postgresql/${await findDebianPostgres()}/bin`;
    const inherited = childEnvironment();
    const env = {
      ...inherited,
      ...{ PATH: `${place}:${bin}:${inherited['PATH'] ?? ''}`, PGDATA: path.join(place, 'data'), TMPDIR: place },
      ...{ PGHOST: place, PGPORT: String(port), INITDB_FOLDER: place, POSTGRES_URL: url },
    };
    const [command = '', ...args] = asNobody('bash', path.join(place, 'start-postgres.sh'));
    let output = '';
    const started = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [started.stdout, started.stderr])
      stream.on('data', (text: Buffer) => (output += text.toString()));
    server = started;
    await waitFor(async () => started.exitCode !== null || (await answers(url)), {
      timeoutMs: 60_000,
      what: () => output,
    });
    expect({ ended: started.exitCode, output }).toEqual({ ended: null, output });
  }
  async function stop(): Promise<void> {
    if (server === undefined || server.exitCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGINT');
    await ended;
  }
  async function connected<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client(url);
    await client.connect();
    try {
      return await use(client);
    } finally {
      await client.end();
    }
  }
  const change = (url: string, sql: string) => connected(url, (client) => client.query(sql));
  const ask = (url: string, sql: string): Promise<unknown[]> =>
    connected(url, async (client) => (await client.query<{ row: unknown }>(sql)).rows.map(({ row }) => row));
  const answers = (url: string) =>
    ask(url, 'SELECT 1 AS row').then(
      () => true,
      () => false,
    );
  const ROLE = `SELECT concat_ws(' ', rolname, rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls) AS row
    FROM pg_roles WHERE rolname = current_user`;
  const OWNERS = `SELECT DISTINCT relowner::regrole::text AS row FROM pg_class WHERE relnamespace = 'public'::regnamespace`;

  it('makes a role that owns its database and is no superuser, also in a cluster that the superuser used', async () => {
    const first = urlOf('postgres', 'old');
    // The installation of an earlier version: the service was the superuser.
    await writeFile(
      path.join(place, 'own-role.sh'),
      `psql --quiet --username postgres --dbname postgres --command "ALTER ROLE postgres PASSWORD 'old'" --command 'CREATE DATABASE somamemory'\n`,
    );
    await start(first);
    await change(
      first,
      `CREATE TABLE kept (id serial PRIMARY KEY, word text); INSERT INTO kept (word) VALUES ('kettle');
      CREATE VIEW shown AS SELECT word FROM kept; CREATE TYPE mood AS ENUM ('calm');
      CREATE FUNCTION one(mood) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE SCHEMA more; CREATE TABLE more.t (id int)`,
    );
    expect(await ask(first, ROLE)).toEqual(['postgres t t t t t']);
    await stop();

    await cp(path.join(FILES, 'postgres', 'own-role.sh'), path.join(place, 'own-role.sh'));
    const own = urlOf('soma', 'n%27ew');
    await start(own);
    expect(await ask(own, ROLE)).toEqual(['soma f f f f f']);
    expect(await ask(own, OWNERS)).toEqual(['soma']);
    await change(
      own,
      'ALTER TABLE kept ADD COLUMN more int; ALTER TABLE more.t ADD COLUMN b int; DROP FUNCTION one; DROP TYPE mood',
    );
    expect(await ask(own, 'SELECT word AS row FROM shown')).toEqual(['kettle']);
    await stop();

    // Another password in the Secret holds after a restart.
    const renewed = urlOf('soma', 'newer');
    await start(renewed);
    expect(await answers(own)).toBe(false);
    await stop();
  }, 120_000);

  it('makes it in an empty cluster, whose superuser nobody reaches from outside', async () => {
    await rm(path.join(place, 'data'), { recursive: true });
    const url = urlOf('soma', 'pw');
    await start(url);
    expect(await ask(url, ROLE)).toEqual(['soma f f f f f']);
    expect(
      await ask(url, 'SELECT datdba::regrole::text AS row FROM pg_database WHERE datname = current_database()'),
    ).toEqual(['soma']);
    await change(url, 'CREATE TABLE public.mine (id int)');
    expect(await answers(urlOf('postgres', 'pw'))).toBe(false);
  }, 120_000);
});

describe('wait-for-servers.mjs', () => {
  const script = path.join(FILES, 'scripts', 'wait-for-servers.mjs');

  it('ends when a server that comes late accepts connections', async () => {
    const port = await freePort();
    const ended = run(process.execPath, [script, '60', `127.0.0.1:${port}`]);
    const server = createServer((socket) => socket.destroy()).listen(port, '127.0.0.1');
    expect(await ended).toEqual({
      status: 0,
      output: expect.stringContaining(`127.0.0.1:${port} accepts connections`),
    });
    server.close();
  });

  it('names the servers that do not come', async () => {
    const port = await freePort();
    const { status, output } = await run(process.execPath, [script, '0', `127.0.0.1:${port}`, 'nowhere.invalid:1']);
    expect(output).toContain(`no connection within 0 s: 127.0.0.1:${port}, nowhere.invalid:1`);
    expect(status).toBe(1);
  });
});

describePostgres('copy-postgres-programs.sh', () => {
  it('makes programs that run from the folder, whatever the search path', async () => {
    const major = await findDebianPostgres();
    const target = path.join(folder, 'programs');
    const script = path.join(FILES, 'backup', 'copy-postgres-programs.sh');
    expect(await run('bash', [script, target], { PG_MAJOR: major })).toEqual({
      status: 0,
      output: expect.stringContaining(`pg_dump (PostgreSQL) ${major}`),
    });
    const libraries = await readdir(path.join(target, 'lib'));
    expect(libraries).toEqual(expect.arrayContaining(['pg_dump', 'pg_restore', 'libpq.so.5']));
    expect(libraries.filter((name) => name.startsWith('libc.so'))).toEqual([]);
    const restored = await run(path.join(target, 'pg_restore'), ['--version']);
    expect(restored).toEqual({ status: 0, output: expect.stringContaining(`PostgreSQL) ${major}`) });
  });
});
