import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeWith } from '../services/availability.js';
import { childEnvironment } from '../services/environment.js';
import { freePort } from '../services/lifetime/free-port.js';
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
    const print = 'printf "%s|" "$POSTGRES_USER" "$POSTGRES_PASSWORD" "$POSTGRES_DB" "${POSTGRES_URL-gone}" "$@"';
    await writeFile(entrypoint, `#!/usr/bin/env bash\n${print}\n`);
    await chmod(entrypoint, 0o755);
    const inherited = childEnvironment()['PATH'] ?? '';
    return run('bash', [script], {
      PATH: `${place}:${inherited}`,
      ...(url === undefined ? {} : { POSTGRES_URL: url }),
    });
  }

  it.each([
    ['postgresql://postgres:pw@host:5432/somamemory?sslmode=disable', 'postgres|pw|somamemory'],
    ['postgres://me:p%40s%2Fs%3Aw%25d@host/my%20memories', 'me|p@s/s:w%d|my memories'],
    ["postgresql://me:'$(id)`id`@host/db", "me|'$(id)`id`|db"],
  ])('takes user, password and database from %s', async (url, expected) => {
    const { output, status } = await start(url);
    expect({ output, status }).toEqual({
      output: `${expected}|gone|postgres|-c|port=5432|-c|wal_compression=on|`,
      status: 0,
    });
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

const describePostgres = await describeWith([], { postgresql: findDebianPostgres });

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
