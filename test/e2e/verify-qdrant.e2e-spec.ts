import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { describeWith } from '../services/availability.js';
import { createTestDatabase, type TestDatabase } from '../services/postgres/postgres.js';
import { startQdrant, type QdrantProcess } from '../services/qdrant/qdrant.js';
import { waitFor } from '../services/lifetime/wait-for.js';
import { RunningService } from './support/running-service.js';
import { soma, startSoma } from './support/soma.js';

const describeReal = await describeWith(['postgres', 'qdrant']);
const MEMORIES = 40;

interface Found {
  readonly kind: string;
  readonly key: string | null;
}

describeReal('soma verify and reindex on PostgreSQL and Qdrant', () => {
  let database: TestDatabase;
  let qdrant: QdrantProcess;
  let service: RunningService;
  let truth: pg.Client;
  let settings: Record<string, string>;

  beforeAll(async () => {
    [database, qdrant] = await Promise.all([createTestDatabase(), startQdrant()]);
    settings = { POSTGRES_URL: database.url, QDRANT_URL: qdrant.url };
    service = await RunningService.start(settings);
    truth = new pg.Client(database.url);
    await truth.connect();
    await store(0, MEMORIES);
    await caughtUp();
  });

  afterAll(async () => {
    await truth.end();
    await service.dispose();
    await qdrant.stop();
    await database.drop();
  });

  const run = (...args: string[]) => soma(settings, ...args);
  const store = (from: number, count: number) =>
    service.json('/store_bulk', {
      body: {
        items: Array.from({ length: count }, (_, n) => ({
          coord: `${from + n},1`,
          payload: { text: `memory number ${from + n}` },
        })),
      },
    });
  const caughtUp = () =>
    waitFor(
      async () => {
        const { rows } = await truth.query<{ behind: number }>(
          'SELECT count(*)::int AS behind FROM memories WHERE indexed_version < version',
        );
        return rows[0]?.behind === 0;
      },
      { what: () => 'the index to catch up' },
    );
  const verify = async (...args: string[]) => {
    const { code, stdout, stderr } = await run('verify', '--json', ...args);
    if (stdout === '') throw new Error(`ended with ${code}: ${stderr}`);
    const report = JSON.parse(stdout) as { found: Found[]; repaired: number | null; differences: object };
    return { code, ...report, found: report.found.map(({ kind, key }) => `${kind} ${key ?? '-'}`) };
  };
  const points = async (path: string, body: object): Promise<unknown> => {
    const response = await fetch(new URL(`/collections/api_ns/points${path}`, qdrant.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(await response.text());
    return ((await response.json()) as { result: unknown }).result;
  };
  interface Point {
    readonly id: string;
    readonly vector: number[];
    readonly payload: { readonly __sfm?: Record<string, unknown> };
  }
  const pointOf = async (key: string): Promise<Point> => {
    const filter = { must: [{ key: '__sfm.key', match: { value: key } }] };
    const found = (await points('/scroll', { filter, with_payload: true, with_vector: true })) as { points: Point[] };
    const [point] = found.points;
    if (!point) throw new Error(`no point of ${key}`);
    return point;
  };
  const put = async ({ id, vector, payload }: Omit<Point, 'payload'> & { readonly payload: object }): Promise<void> => {
    const response = await fetch(new URL('/collections/api_ns/points?wait=true', qdrant.url), {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ points: [{ id, vector, payload }] }),
    });
    if (!response.ok) throw new Error(await response.text());
  };
  const withOwn = ({ payload, ...point }: Point, own: Record<string, unknown>): Point => ({
    ...point,
    payload: { ...payload, __sfm: { ...payload.__sfm, ...own } },
  });

  beforeEach(async () => {
    expect(await verify()).toMatchObject({ code: 0, found: [] });
  });

  it('reports lost, orphaned and outdated points exactly, and repairs them', async () => {
    const original = await pointOf('2,1');
    await points('/delete?wait=true', { points: [(await pointOf('1,1')).id] });
    const [stray, foreign] = [randomUUID(), randomUUID()];
    await put(withOwn({ ...original, id: stray }, { key: '777,7', id: 777 }));
    await put({ ...original, id: foreign, payload: { text: 'not written by the service' } });
    await service.json('/store', { body: { coord: '2,1', payload: { text: 'a newer text' } } });
    await caughtUp();
    await put(original);
    await put(withOwn(await pointOf('3,1'), { version: 9 }));
    const forged = await pointOf('7,1');
    await put({ ...forged, payload: { ...forged.payload, text: 'forged' } });
    await put(withOwn(await pointOf('8,1'), { created_at: 1 }));
    await put(withOwn(await pointOf('9,1'), { expires_at: 1 }));
    await put(withOwn(await pointOf('10,1'), { facets: [1] }));
    const bent = await pointOf('11,1');
    await put({ ...bent, vector: bent.vector.map((component, at) => component + (at === 5 ? 0.0001 : 0)) });
    await truth.query(`UPDATE memories SET searched_text = 'forged' WHERE coordinate_key = '12,1'`);

    const strays = [stray, foreign].sort().map((id) => `point_orphaned point ${id}`);
    const expected = [
      'point_ahead 3,1',
      'point_mismatch 8,1',
      'point_mismatch 9,1',
      'point_missing 1,1',
      ...strays,
      'point_payload_mismatch 10,1',
      'point_payload_mismatch 7,1',
      'point_stale 2,1',
      'point_vector_mismatch 11,1',
      'point_vector_mismatch 12,1',
      'text_mismatch 12,1',
    ];
    const first = await verify();
    expect(first.code).toBe(1);
    expect(first.found.sort()).toEqual(expected);
    expect((await verify()).found.sort()).toEqual(expected);

    const repaired = await verify('--repair');
    expect(repaired).toMatchObject({ code: 0, repaired: expected.length, differences: {} });
    expect((await pointOf('2,1')).payload.__sfm?.['version']).toBe(2);
    const { matches } = await service.json<{ matches: { text: string }[] }>('/recall', {
      body: { query: 'memory number 1', top_k: 50 },
    });
    expect(matches.map(({ text }) => text)).toContain('memory number 1');
  });

  it('shows in its health that the server lost the points, until they are made again', async () => {
    const vectors = async () => {
      const { services } = await service.json<{ services: { name: string; details: object }[] }>('/health');
      return services.find(({ name }) => name === 'vector_index');
    };
    /** What is shown may be some seconds old. */
    const untilShown = (details: object) =>
      waitFor(async () => JSON.stringify((await vectors())?.details).includes(JSON.stringify(details).slice(1, -1)), {
        what: () => JSON.stringify(details),
      });
    await service.json('/store', { body: { coord: '9,9', payload: { count: 9 } } });
    await caughtUp();
    const untilWhole = () => untilShown({ points: MEMORIES + 1 });
    await untilWhole();
    await points('/delete?wait=true', { filter: {} });
    await service.json('/store', { body: { coord: '1,1', payload: { text: 'memory number 1, told again' } } });
    await untilShown({ error: 'IndexIncompleteError' });
    expect(await run('reindex', '--namespace', 'api_ns')).toMatchObject({ code: 0 });
    await untilWhole();
    await service.json('/store', { body: { coord: '1,1', payload: { text: 'memory number 1' } } });
    await service.request('/memories/9,9', { method: 'DELETE' });
    await caughtUp();
  });

  it('reports what was changed in the truth, which no repair mends', async () => {
    const [row] = (
      await truth.query<{ hash: Buffer }>(`SELECT content_hash AS hash FROM memories WHERE coordinate_key = '5,1'`)
    ).rows;
    await truth.query(`UPDATE memories SET payload = '{"text":"forged"}' WHERE coordinate_key = '4,1'`);
    await truth.query(`UPDATE memories SET content_hash = sha256('x') WHERE coordinate_key = '5,1'`);
    const lost = await erasing(`DELETE FROM memory_events WHERE coordinate_key = '6,1' RETURNING id`);
    expect(lost).toBe(1);
    const found = await verify('--repair');
    expect(found.code).toBe(1);
    expect(found).toMatchObject({ repaired: 0 });
    expect(found.found.sort()).toEqual([
      'content_mismatch 4,1',
      'content_mismatch 5,1',
      'ledger_mismatch 5,1',
      'ledger_missing 6,1',
    ]);
    await truth.query(`UPDATE memories SET payload = '{"text":"memory number 4"}' WHERE coordinate_key = '4,1'`);
    await truth.query(`UPDATE memories SET content_hash = $1 WHERE coordinate_key = '5,1'`, [row?.hash]);
    await truth.query(`DELETE FROM memories WHERE coordinate_key = '6,1'`);
    expect(await verify('--repair')).toMatchObject({ code: 0, repaired: 1 });
  });

  it('reports what was changed in the history of a memory', async () => {
    for (const text of ['told again', 'told a third time']) {
      await service.json('/store', { body: { coord: '13,1', payload: { text } } });
    }
    await caughtUp();
    const where = `WHERE coordinate_key = '13,1' AND version = 2`;
    await erasing(`UPDATE memory_events SET "timestamp" = "timestamp" - 60 ${where}`);
    expect(await verify('--repair')).toMatchObject({ code: 1, repaired: 0, found: ['ledger_altered 13,1'] });
    await erasing(`UPDATE memory_events e SET entry_hash = soma_ledger_hash(e) ${where}`);
    expect(await verify()).toMatchObject({ code: 1, found: ['ledger_unlinked 13,1'] });
    await erasing(`UPDATE memory_events SET "timestamp" = "timestamp" + 60 ${where}`);
    await erasing(`UPDATE memory_events e SET entry_hash = soma_ledger_hash(e) ${where}`);
  });

  const erasing = async (statement: string): Promise<number | null> => {
    await truth.query('BEGIN');
    await truth.query(`SET LOCAL soma.erasure = 'on'`);
    const { rowCount } = await truth.query(statement);
    await truth.query('COMMIT');
    return rowCount;
  };

  it('rebuilds under write traffic without losing anything, twice', async () => {
    let isRebuilding = true;
    let from = 1000;
    const traffic = (async () => {
      for (; isRebuilding; from += 5) {
        await store(from, 5);
        await store(0, 3);
        await service.request(`/memories/${from},1`, { method: 'DELETE' });
      }
    })();
    try {
      for (let time = 1; time <= 2; time += 1) {
        expect(await run('reindex', '--namespace', 'api_ns')).toEqual({
          code: 0,
          stderr: '',
          stdout: expect.stringMatching(/^rebuilt api_ns: .*everything agrees/m),
        });
      }
    } finally {
      isRebuilding = false;
    }
    await traffic;
    await caughtUp();
    expect(from).toBeGreaterThan(1000);
    expect(await verify()).toMatchObject({ code: 0 });
  });

  it('is killed on the way, leaves a whole index, and is simply run again', async () => {
    const collections = async () => {
      const response = await fetch(new URL('/collections', qdrant.url));
      const { result } = (await response.json()) as { result: { collections: { name: string }[] } };
      return result.collections.map(({ name }) => name).filter((name) => name.startsWith('api_ns--'));
    };
    await store(5000, 1000);
    await store(6000, 1000);
    await caughtUp();
    const { child, done } = startSoma(settings, 'reindex', '--all');
    await waitFor(async () => (await collections()).length > 1, { what: () => 'the draft' });
    child.kill('SIGKILL');
    await done;
    expect(await verify()).toMatchObject({ code: 0 });
    expect(await run('reindex', '--all')).toMatchObject({ code: 0 });
    expect(await collections()).toHaveLength(1);
  });

  it('moves a namespace to another dimension', async () => {
    const other = { ...settings, SOMA_VECTOR_DIM: '96' };
    const found = await soma(other, 'verify');
    expect(found.code).toBe(1);
    expect(found.stdout).toMatch(/^index_unusable api_ns -: .*soma reindex --namespace api_ns/m);
    await service.signal('SIGTERM');
    expect(await soma(other, 'reindex', '--namespace', 'api_ns')).toMatchObject({ code: 0, stderr: '' });
    const moved = await RunningService.start(other);
    try {
      const { matches } = await moved.json<{ matches: { text: string }[] }>('/recall', { body: { query: 'number 7' } });
      expect(matches[0]?.text).toBe('memory number 7');
      expect(await soma(other, 'verify')).toMatchObject({ code: 0 });
    } finally {
      await moved.dispose();
    }
    expect(await run('reindex', '--all')).toMatchObject({ code: 0 });
    await service.launch();
  });

  it('says when it cannot find out', async () => {
    await qdrant.kill();
    const failed = await run('verify');
    expect(failed.code).toBe(3);
    expect(failed.stderr).toMatch(/Qdrant at .* does not answer/);
    await qdrant.start();
  });
});
