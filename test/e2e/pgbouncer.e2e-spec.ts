import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { describeWith } from '../services/availability.js';
import { childEnvironment } from '../services/environment.js';
import { waitFor } from '../services/lifetime/wait-for.js';
import { findPgBouncer, startPgBouncer } from '../services/postgres/pgbouncer.js';
import { createTestDatabase, type TestDatabase } from '../services/postgres/postgres.js';
import { startQdrant, type QdrantProcess } from '../services/qdrant/qdrant.js';
import { RunningService } from './support/running-service.js';

const CLI = fileURLToPath(new URL('../../apps/cli/dist/main.js', import.meta.url));
const describeReal = await describeWith(['postgres', 'qdrant'], { pgbouncer: findPgBouncer });

describeReal('behind PgBouncer', () => {
  let database: TestDatabase;
  let qdrant: QdrantProcess;
  let pooler: Awaited<ReturnType<typeof startPgBouncer>>;
  let settings: Record<string, string>;

  beforeAll(async () => {
    [database, qdrant] = await Promise.all([createTestDatabase(), startQdrant()]);
    // Fewer connections than any of the services would open.
    pooler = await startPgBouncer(database.url, { connections: 3 });
    settings = { POSTGRES_URL: pooler.url, POSTGRES_DIRECT_URL: database.url, QDRANT_URL: qdrant.url };
  });
  afterAll(async () => {
    await pooler?.stop();
    await qdrant.stop();
    await database.drop();
  });

  const query = async <Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      return (await client.query<Row>(sql)).rows;
    } finally {
      await client.end();
    }
  };
  const startProblem = async (more: Record<string, string>): Promise<string> => {
    const service = await RunningService.prepare({ QDRANT_URL: qdrant.url, ...more });
    const reason = await service.launch().then(
      () => 'it started',
      (error: unknown) => `${String(error)}\n${service.output}`,
    );
    await service.dispose();
    return reason;
  };

  it('two services store, recall, link, delete and tell changes, on fewer connections than they would open', async () => {
    const services = [await RunningService.start(settings), await RunningService.start(settings)] as const;
    try {
      const [one, other] = services;
      const store = (service: RunningService, n: number) =>
        service.json('/v1/memories', { body: { coordinate: [n, 1], payload: { text: `the parcel number${n}x` } } });
      await Promise.all(Array.from({ length: 60 }, (_, n) => store(n % 2 === 0 ? one : other, n)));
      await one.json('/link', { body: { from_coord: '1,1', to_coord: '2,1' } });
      const recalled = async () =>
        JSON.stringify(await other.json('/v1/recall', { body: { query: 'parcel number7x', top_k: 3 } }));
      await waitFor(async () => (await recalled()).includes('number7x'), { what: () => 'the other service to recall' });
      expect(await other.json('/v1/links?coordinate=1,1')).toMatchObject({ links: [{ to: [2, 1] }] });
      await other.json('/memories/3,1', { method: 'DELETE' });
      expect((await one.request('/v1/memories/3,1')).status).toBe(404);
      const { changes } = await one.json<{ changes: object[] }>('/v1/changes?from_beginning=true');
      expect(changes.length).toBeGreaterThan(20);

      // What needs a session has one on the server itself: the lock of each process, and who listens.
      const held = await query<{ n: number }>(
        `SELECT count(DISTINCT pid)::int AS n FROM pg_locks JOIN pg_stat_activity USING (pid)
          WHERE locktype = 'advisory' AND mode = 'ShareLock' AND application_name LIKE 'soma pid=%'`,
      );
      expect(held).toEqual([{ n: 2 }]);
      const pooled = await query<{ n: number }>(
        `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database()
          AND application_name = 'somafractalmemory' AND query NOT ILIKE 'LISTEN%'`,
      );
      expect(pooled[0]?.n).toBeLessThanOrEqual(3 + 2);
      expect(one.output + other.output).not.toMatch(/prepared statement|unsupported startup parameter/);
    } finally {
      await Promise.all(services.map((service) => service.dispose()));
    }
    const { stdout } = await promisify(execFile)(process.execPath, [CLI, 'verify'], {
      env: childEnvironment(settings),
    });
    expect(stdout).toMatch(/agree/);
  });

  it('a service starts with neither a pooler alone nor a pooler for the server, and says which setting to change', async () => {
    expect(await startProblem({ POSTGRES_URL: pooler.url })).toContain('set POSTGRES_DIRECT_URL to the address');
    expect(await startProblem({ POSTGRES_URL: database.url, POSTGRES_DIRECT_URL: pooler.url })).toContain(
      'it must be the address of the PostgreSQL itself',
    );
    // Nothing was left behind that a session held.
    expect(
      await query(
        `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      ),
    ).toEqual([]);
  });
});
