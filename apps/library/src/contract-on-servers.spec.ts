import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { describeWith } from '../../../test/services/availability.js';
import { waitFor } from '../../../test/services/lifetime/wait-for.js';
import { createTestDatabase, type TestDatabase } from '../../../test/services/postgres/postgres.js';
import { testQdrant, type TestQdrant } from '../../../test/services/qdrant/qdrant.js';
import {
  createMemorySystem,
  MemoryMode,
  type JsonObject,
  type MemorySystemConfig,
  type SomaFractalMemoryEnterprise,
} from './index.js';

const describeServers = await describeWith(['postgres', 'qdrant']);
const QUIET = { log: () => undefined, warn: () => undefined, error: () => undefined };
/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:9';

let database: TestDatabase;
let qdrant: TestQdrant;
let sql: pg.Client;
const opened: SomaFractalMemoryEnterprise[] = [];

const open = async (
  namespace: string,
  config: MemorySystemConfig = {},
  environment: Readonly<Record<string, string>> = {},
) => {
  const servers = { postgres: { url: database.url }, qdrant: { url: qdrant.url }, redis: { testing: true } };
  const mode = MemoryMode.EVENTED_ENTERPRISE;
  const memory = await createMemorySystem(
    mode,
    `${namespace}-${process.pid}`,
    { ...servers, ...config },
    {
      logger: QUIET,
      environment,
    },
  );
  opened.push(memory);
  return memory;
};
const places = (memories: readonly JsonObject[]) => memories.map(({ coordinate }) => JSON.stringify(coordinate)).sort();
/** All systems of a database share one lease; who comes while another works is told so. */
const inTurn = (work: () => Promise<unknown>) =>
  waitFor(() =>
    work().then(
      () => true,
      () => false,
    ),
  );
const normOf = async (memory: SomaFractalMemoryEnterprise, place: readonly number[]) =>
  Number((await memory.retrieve(place))?.['importance_norm']);

describeServers('a memory system on servers, over time', () => {
  beforeAll(async () => {
    [database, qdrant] = await Promise.all([createTestDatabase(), testQdrant()]);
    sql = new pg.Client({ connectionString: database.url });
    // The migrations come with the first system.
    await open('first');
    await sql.connect();
  });
  afterAll(async () => {
    await Promise.all(opened.map((memory) => memory.close()));
    await sql.end();
    await database.drop();
  });

  it('takes keys from memories as they age, and all their own from those that nobody needs', async () => {
    const levels = { decay_thresholds_seconds: [10, 100], decayable_keys_by_level: [['a'], ['b']] };
    const memory = await open('ageing', { memory_enterprise: levels }, { SOMA_DECAY_BY_SCORE: 'true' });
    for (const age of [5, 50, 500]) await memory.storeMemory([age], { a: 1, b: 2, c: 3, importance: 2 });
    await memory.storeMemory([2_592_000], { task: 'sow', scratch: 'x', importance: 0 });
    for (const age of [5, 50, 500, 2_592_000]) {
      const older = `UPDATE memories SET created_at = now() - make_interval(secs => $1) WHERE coordinate_key = $2`;
      await sql.query(older, [age, String(age)]);
    }
    await inTurn(() => memory.runDecayOnce());
    const own = async (place: number) => {
      const kept = new Set(['timestamp', 'importance_norm', 'access_count']);
      return Object.keys((await memory.retrieve([place])) ?? {})
        .filter((name) => !kept.has(name))
        .sort();
    };
    const always = ['coordinate', 'importance', 'memory_type'];
    expect(await own(5)).toEqual(['a', 'b', 'c', ...always]);
    expect(await own(50)).toEqual(['b', 'c', ...always]);
    expect(await own(500)).toEqual(['c', ...always]);
    expect(await own(2_592_000)).toEqual(always);
  });

  it('keeps as many as it may, the important ones', async () => {
    const memory = await open('capped', { memory_enterprise: { max_memory_size: 3 } });
    for (const [place, importance] of [5, 1, 1.9, 0, 2].entries()) await memory.storeMemory([place], { importance });
    await inTurn(() => memory.enforceMemoryLimit());
    await waitFor(async () => (await memory.memoryStats()).totalMemories === 3);
    expect(places(await memory.getAllMemories())).toEqual(['[0]', '[2]', '[4]']);
  });

  it('compares importances with all that came before', async () => {
    const memory = await open('important');
    for (const [place, importance] of [3, 9, 5, 1, 7, 12].entries()) await memory.storeMemory([place], { importance });
    const norms = await Promise.all([0, 1, 2, 3, 4, 5].map((place) => normOf(memory, [place])));
    for (const [place, expected] of [0, 1, 1 / 3, 0, 0.75, 1].entries()) expect(norms[place]).toBeCloseTo(expected, 5);
    const rising = [1, 5, 10, 25, 50];
    for (const importance of rising) await memory.storeMemory([importance, importance], { importance });
    const risen = await Promise.all(rising.map((importance) => normOf(memory, [importance, importance])));
    expect(risen).toEqual([...risen].sort((one, other) => one - other));
  });

  it('gives every memory once, also when its connections are cut', async () => {
    const memory = await open('cut-off');
    await memory.storeMemoriesBulk([1, 2, 3].map((place) => [[place], { text: `memory ${place}` }]));
    const before = places(await memory.getAllMemories());
    await sql.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    const after = async () => {
      const found: JsonObject[] = [];
      for await (const each of memory.iterMemories()) found.push(each);
      return places(found);
    };
    await waitFor(async () => (await after().catch(() => [])).length > 0);
    expect(await after()).toEqual(before);
  });

  it('stores while vectors are away, says so, and has them indexed once they are back', async () => {
    const away = await open('failover', { qdrant: { url: NOWHERE } });
    await away.storeMemory([1], { text: 'The lantern hangs in the hall' });
    expect(await away.healthCheck()).toMatchObject({ kvStore: true, vectorStore: false });
    expect(await away.retrieve([1])).toMatchObject({ text: 'The lantern hangs in the hall' });
    await away.close();

    const back = await open('failover');
    expect(await back.healthCheck()).toMatchObject({ kvStore: true, vectorStore: true });
    await waitFor(async () => (await back.memoryStats()).vectorCount === 1);
    const lantern = () => back.recallWithScores('where is the lantern?', { topK: 1 });
    expect(await lantern()).toMatchObject([{ payload: { coordinate: [1] } }]);

    const points = `${qdrant.url}/collections/failover-${process.pid}/points/delete?wait=true`;
    const headers = { 'content-type': 'application/json', ...(qdrant.apiKey ? { 'api-key': qdrant.apiKey } : {}) };
    const taken = await fetch(points, { method: 'POST', headers, body: JSON.stringify({ filter: {} }) });
    expect(taken.status).toBe(200);
    expect(await back.reconcileOnce()).toBe(1);
    expect(await lantern()).toMatchObject([{ payload: { coordinate: [1] } }]);
    expect(await back.reconcileOnce()).toBe(0);
  });
});
