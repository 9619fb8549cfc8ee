import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { describeWith } from './availability.js';
import { childEnvironment, testEnvironment } from './environment.js';
import { REPOSITORY } from './repository.js';

const USUAL_REDIS_PORT = 6379;
const describeReal = await describeWith(['postgres', 'redis', 'qdrant', 'kafka']);

/** A cache folder with the same downloads, and without the developer's own servers. */
let cache: string;

beforeAll(async () => {
  cache = await mkdtemp(path.join(tmpdir(), 'sfm-dev-'));
  const folder = path.join(cache, 'somafractalmemory');
  await mkdir(folder);
  for (const name of await readdir(testEnvironment.cacheDir).catch(() => [])) {
    const isDownload = name !== 'dev-services' && !name.includes('.draft-');
    if (isDownload) await symlink(path.join(testEnvironment.cacheDir, name), path.join(folder, name));
  }
});
afterAll(async () => {
  run('down');
  await rm(cache, { recursive: true, force: true });
});

function run(command: 'up' | 'down'): { exports: ReadonlyMap<string, string>; output: string } {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['scripts/dev-services.mjs', command], {
    cwd: REPOSITORY,
    env: childEnvironment({ XDG_CACHE_HOME: cache, SFM_TEST_DOCKER: '0' }),
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr });
  const lines = [...stdout.matchAll(/^export (\w+)='(.*)'$/gm)];
  return { output: stderr, exports: new Map(lines.map(([, name = '', value = '']) => [name, value])) };
}

/** Resolves when the port is taken, by this server or by another that was there before. */
async function occupy(port: number): Promise<Server> {
  const server = createServer();
  await new Promise((resolve) => server.once('error', resolve).listen(port, '127.0.0.1', () => resolve(undefined)));
  return server;
}

async function withDatabase<T>(url: string | undefined, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

async function withRedis<T>(url: string | undefined, use: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url ?? '');
  try {
    return await use(client);
  } finally {
    client.disconnect();
  }
}

describeReal('the servers of a developer', () => {
  it('start once, print their environment, stop, and keep their data', async () => {
    const usual = await occupy(USUAL_REDIS_PORT);
    const first = run('up');
    usual.close();
    expect([...first.exports.keys()]).toEqual(['POSTGRES_URL', 'REDIS_URL', 'QDRANT_URL', 'KAFKA_BOOTSTRAP_SERVERS']);
    expect(first.output.match(/ started$/gm)).toHaveLength(4);
    await withDatabase(first.exports.get('POSTGRES_URL'), (client) => client.query('CREATE TABLE mine (n int)'));
    await withRedis(first.exports.get('REDIS_URL'), (client) => client.set('mine', 'kept'));

    const second = run('up');
    expect(second.output.match(/ was running$/gm)).toHaveLength(4);
    expect(second.exports).toEqual(first.exports);

    expect(run('down').output).toMatch(/Stopped 4 servers/);
    expect(run('down').output).toMatch(/No server was running/);

    const third = run('up');
    expect(third.output.match(/ started$/gm)).toHaveLength(4);
    expect(third.exports.get('REDIS_URL')).toBe(first.exports.get('REDIS_URL'));
    const { rowCount } = await withDatabase(third.exports.get('POSTGRES_URL'), (client) => client.query('TABLE mine'));
    expect(rowCount).toBe(0);
    expect(await withRedis(third.exports.get('REDIS_URL'), (client) => client.get('mine'))).toBe('kept');
  });
});
