import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeWith } from '../services/availability.js';
import { childEnvironment } from '../services/environment.js';
import { freePort } from '../services/free-port.js';
import { startQdrant, type QdrantProcess } from '../services/qdrant.js';
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

const describeReal = await describeWith(['qdrant']);

describeReal('backups of Qdrant', () => {
  let source: QdrantProcess;
  let target: QdrantProcess;

  beforeAll(async () => {
    [source, target] = await Promise.all([startQdrant(), startQdrant()]);
    const collection = { vectors: { size: 2, distance: 'Cosine' } };
    await call('PUT', `${source.url}/collections/api_ns-v1`, collection);
    const points = [1, 2, 3].map((id) => ({ id, vector: [id, 1], payload: { text: `memory ${id}` } }));
    await call('PUT', `${source.url}/collections/api_ns-v1/points?wait=true`, { points });
    const create_alias = { collection_name: 'api_ns-v1', alias_name: 'api_ns' };
    await call('POST', `${source.url}/collections/aliases`, { actions: [{ create_alias }] });
  }, 120_000);
  afterAll(async () => {
    await Promise.all([source.stop(), target.stop()]);
  });

  async function call(method: string, url: string, body?: unknown): Promise<{ result: unknown }> {
    const response = await fetch(url, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
    const answer: { result: unknown } = JSON.parse(await response.text());
    return answer;
  }

  async function backUp(): Promise<string> {
    const work = await mkdtemp(path.join(folder, 'work-'));
    const script = path.join(FILES, 'backup', 'snapshot-qdrant.mjs');
    const { status, output } = await run(process.execPath, [script], { QDRANT_URL: source.url, WORK_DIR: work });
    expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining('saved 1 collections') });
    const [name = ''] = await readdir(work);
    return path.join(work, name);
  }

  const restore = async (from: string) =>
    run(process.execPath, [path.join(FILES, 'backup', 'restore-qdrant.mjs')], {
      QDRANT_URL: target.url,
      WORK_DIR: from,
    });

  it('restore points and aliases on another server, and leave no snapshot behind', async () => {
    const backup = await backUp();
    expect((await readdir(backup)).toSorted()).toEqual(['SHA256SUMS', 'aliases.json', 'api_ns-v1.snapshot']);
    expect((await call('GET', `${source.url}/collections/api_ns-v1/snapshots`)).result).toEqual([]);
    expect(await restore(backup)).toMatchObject({ status: 0 });
    const counted = await call('POST', `${target.url}/collections/api_ns/points/count`, { exact: true });
    expect(counted.result).toEqual({ count: 3 });
    // Again, over what is there.
    expect(await restore(backup)).toMatchObject({ status: 0 });
  }, 120_000);

  it('restore nothing from a file that changed', async () => {
    const backup = await backUp();
    await writeFile(path.join(backup, 'api_ns-v1.snapshot'), 'damaged');
    const { status, output } = await restore(backup);
    expect(output).toContain('does not match its checksum; nothing was restored');
    expect(status).toBe(1);
  });

  it('fail loudly without a server', async () => {
    const work = path.join(folder, 'unreachable');
    await mkdir(work);
    const script = path.join(FILES, 'backup', 'snapshot-qdrant.mjs');
    const nobody = `http://127.0.0.1:${await freePort()}`;
    expect(await run(process.execPath, [script], { QDRANT_URL: nobody, WORK_DIR: work })).toMatchObject({ status: 1 });
    expect((await readdir(work)).filter((name) => !name.startsWith('.'))).toEqual([]);
  });
});
