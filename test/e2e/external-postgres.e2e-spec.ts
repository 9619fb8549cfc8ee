import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { childEnvironment } from '../services/environment.js';
import { createTestDatabase, type TestDatabase } from '../services/postgres/postgres.js';
import { waitFor } from '../services/lifetime/wait-for.js';
import { freePort, RunningService } from './support/running-service.js';

const SOMA = fileURLToPath(new URL('../../apps/cli/dist/main.js', import.meta.url));
const run = promisify(execFile);

interface Health {
  readonly status: string;
  readonly services: readonly { readonly name: string; readonly healthy: boolean; readonly details: object }[];
}

describe('a PostgreSQL of the operator, as a plain role', () => {
  let database: TestDatabase;
  const soma = async (...args: string[]) =>
    (await run(process.execPath, [SOMA, ...args], { env: childEnvironment({ POSTGRES_URL: database.url }) })).stdout;

  const query = async (sql: string, values: readonly string[]): Promise<void> => {
    const client = new pg.Client(database.url);
    await client.connect();
    await client.query(sql, [...values]).finally(() => client.end());
  };

  beforeAll(async () => {
    database = await createTestDatabase();
  });

  afterAll(() => database.drop());

  it('is migrated up, shown and migrated down from the command line', async () => {
    expect(await soma('db', 'current')).toMatch(/^empty \(pending: /);
    expect(await soma('db', 'upgrade')).toMatch(/^applied /);
    expect(await soma('db', 'upgrade')).toBe('the schema is up to date\n');
    expect(await soma('db', 'current')).toMatch(/ \(head\)\n$/);
    expect(await soma('db', 'downgrade', '--dry-run', '--all')).toMatch(
      /^would revert \S+, [^]*\nand drop .*table memories \(0 rows\)/,
    );
    await expect(soma('db', 'downgrade', '--all')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('nothing was reverted: say --yes'),
    });
    expect(await soma('db', 'current')).toMatch(/ \(head\)\n$/);
    expect(await soma('db', 'downgrade', '--all', '--yes')).toMatch(/^reverted /);
    expect(await soma('db', 'current')).toMatch(/^empty /);
  });

  it('serves the same API and keeps the memories over a restart, also after a newer release, which it says', async () => {
    const service = await RunningService.start({ POSTGRES_URL: database.url });
    try {
      await service.json('/store', { body: { coord: '1,2', payload: { text: 'the ladder is behind the shed' } } });
      await expect(soma('db', 'downgrade', '--yes')).rejects.toMatchObject({
        stderr: expect.stringContaining('stop every api and consumer process first'),
      });
      await service.signal('SIGTERM');
      const newer = `AddWings4102444800000`;
      await query('INSERT INTO schema_migrations (timestamp, name) VALUES (4102444800000, $1)', [newer]);
      await service.launch();
      expect(service.output).toMatch(new RegExp(`is of a newer release \\(${newer}\\)`));
      const { services, status } = await service.json<Health>('/health');
      expect(status).toBe('degraded');
      expect(services.filter(({ healthy }) => !healthy)).toMatchObject([
        { name: 'schema', details: { error: 'newer_release', unknown_migrations: newer } },
      ]);
      await query('DELETE FROM schema_migrations WHERE name = $1', [newer]);
      const { matches } = await service.json<{ matches: { text: string }[] }>('/recall', {
        body: { query: 'where is the ladder?' },
      });
      expect(matches.map(({ text }) => text)).toEqual(['the ladder is behind the shed']);
      expect(await service.json('/stats')).toMatchObject({ total_memories: 1, episodic: 1, semantic: 0 });
    } finally {
      await service.dispose();
    }
  });

  it('refuses a second process on the same database, because the index lives in the first', async () => {
    const first = await RunningService.start({ POSTGRES_URL: database.url });
    const second = await RunningService.prepare({ POSTGRES_URL: database.url });
    try {
      second.spawn();
      expect(await second.exited()).toBe(1);
      expect(second.output).toMatch(/another SomaFractalMemory \(pid \d+, http:.*\) serves the PostgreSQL database/);
      expect((await first.request('/stats')).status).toBe(200);
    } finally {
      await Promise.all([first.dispose(), second.dispose()]);
    }
  });

  it('says what it waits for when the server cannot be reached, and what is wrong when it refuses', async () => {
    const waiting = await RunningService.prepare({
      POSTGRES_URL: `postgresql://me:secret@127.0.0.1:${await freePort()}/memories`,
    });
    const refused = await RunningService.prepare({
      POSTGRES_URL: database.url.replace(/:[^:@]+@/, ':wrong-password@'),
    });
    try {
      waiting.spawn();
      await waitFor(() => /waiting for the PostgreSQL of POSTGRES_URL: .*127\.0\.0\.1/.test(waiting.output), {
        what: () => waiting.output,
      });
      expect(waiting.output).not.toContain('secret');
      refused.spawn();
      expect(await refused.exited()).toBe(1);
      expect(refused.output).toMatch(/could not start: .*password authentication failed/);
    } finally {
      await Promise.all([waiting.dispose(), refused.dispose()]);
    }
  });
});
