import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { describeWith } from '../services/availability.js';
import { waitFor } from '../services/lifetime/wait-for.js';
import { createTestDatabase, type TestDatabase } from '../services/postgres/postgres.js';
import { startQdrant, type QdrantProcess } from '../services/qdrant/qdrant.js';
import { RunningService } from './support/running-service.js';

const describeReal = await describeWith(['postgres', 'qdrant']);
const STORED = 4000;
const CAP = 100;
const PER_REQUEST = 500;

describeReal('rules about what is kept, in two processes on one PostgreSQL', () => {
  let database: TestDatabase;
  let qdrant: QdrantProcess;
  let truth: pg.Client;
  let services: RunningService[] = [];

  beforeAll(async () => {
    [database, qdrant] = await Promise.all([createTestDatabase(), startQdrant()]);
    truth = new pg.Client({ connectionString: database.url });
    await truth.connect();
    const settings = { POSTGRES_URL: database.url, QDRANT_URL: qdrant.url };
    services = [await RunningService.start(settings), await RunningService.start(settings)];
  });
  afterAll(async () => {
    await Promise.all(services.map((service) => service.dispose()));
    await truth.end();
    await qdrant.stop();
    await database.drop();
  });

  const store = async (service: RunningService, from: number, count: number) => {
    const memories = Array.from({ length: count }, (_, index) => ({
      coordinate: [from + index],
      payload: { text: `kettle ${from + index}` },
      importance: from + index,
    }));
    const answer = await service.request('/v1/memories:batch', { body: { memories } });
    expect(answer.status).toBe(200);
  };
  const ask = async <Row extends pg.QueryResultRow>(text: string) => (await truth.query<Row>(text)).rows;
  const living = async () =>
    Number((await ask<{ count: string }>('SELECT count(*) FROM memories WHERE deleted_at IS NULL'))[0]?.count);

  it('are applied on by the other one when the one at work is killed, while memories are stored', async () => {
    const [one, other] = services as [RunningService, RunningService];
    for (let from = 0; from < STORED; from += PER_REQUEST) await store(one, from, PER_REQUEST);
    const policy = { max_memories: CAP };
    const changed = await one.request('/v1/namespaces/api_ns/retention', { method: 'PUT', body: policy });
    expect(await changed.json()).toMatchObject({ ...policy, version: 1 });
    await waitFor(async () => (await living()) < STORED, { intervalMs: 5, what: () => 'the first to be gone' });
    await one.signal('SIGKILL');
    const left = await living();
    expect(left).toBeGreaterThan(CAP);
    // What the other one stores makes it look; it waits until the lease of the dead one ends.
    await store(other, STORED, 10);
    await waitFor(async () => (await living()) === CAP, { timeoutMs: 60_000, what: () => 'the cap to be kept' });
    const keys = await ask<{ key: string }>(`SELECT coordinate_key AS key FROM memories WHERE deleted_at IS NULL`);
    expect(Math.min(...keys.map(({ key }) => Number(key)))).toBe(STORED + 10 - CAP);
    const deletions = await ask<{ times: string }>(
      `SELECT count(*) AS times FROM memory_events WHERE type = 'deleted' GROUP BY coordinate_key`,
    );
    expect(deletions).toHaveLength(STORED + 10 - CAP);
    expect(deletions.every(({ times }) => Number(times) === 1)).toBe(true);
    await waitFor(
      async () => (await ask('SELECT FROM memories WHERE indexed_version < version LIMIT 1')).length === 0,
      { what: () => 'the indexes to follow' },
    );
    const recalled = await other.request('/v1/recall', { body: { query: 'kettle 7', top_k: 1000 } });
    const { hits } = (await recalled.json()) as { hits: readonly { coordinate: readonly number[] }[] };
    expect(hits.length).toBeLessThanOrEqual(CAP);
    expect(hits.every(({ coordinate: [n = 0] }) => n >= STORED + 10 - CAP)).toBe(true);
  });
});
