import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startHttp, type HttpHarness } from '../../../../test/http-harness.js';
import { aHit } from '../../../../test/memory-builder.js';
import { client } from '../../../../test/requests.js';

let http: HttpHarness;
const { get, post, remove } = client(() => http);

beforeAll(async () => {
  http = await startHttp();
});
beforeEach(() => {
  http.truth.memories.clear();
  http.recall.result = { hits: [aHit({ key: '1' }, 2), aHit({ key: '2', importance: 7 }, 1)], degraded: [] };
});
afterAll(() => http.close());

it('keeps a memory of whatever type clients send, as episodic unless it is semantic', async () => {
  const kept = await post('/memories', { coord: '1.0,2', payload: { a: 1 }, memory_type: 'working-memory' });
  expect(kept).toMatchObject({ status: 200, body: { coord: '1.0,2', memory_type: 'episodic', ok: true } });
  await post('/memories', { coord: '5', payload: {}, memory_type: 'semantic' });
  expect(http.truth.memories.get('api_ns/5')?.type).toBe('semantic');
});

it('reads a memory with its payload, and answers 404 where there is none', async () => {
  await post('/memories', { coord: '1,2', payload: { a: 1 } });
  expect(await get('/memories/1.0,2.0')).toMatchObject({
    status: 200,
    body: {
      memory: {
        coordinate: [1, 2],
        payload: { a: 1, memory_type: 'episodic' },
        memory_type: 'episodic',
        metadata: {},
        importance: 0,
        created_at: '2026-03-01T10:00:00.000Z',
      },
    },
  });
  expect(await get('/memories/8')).toMatchObject({ status: 404, body: { detail: 'Memory not found' } });
});

it('deletes, and says whether there was something', async () => {
  await post('/memories', { coord: '1,2', payload: {} });
  expect((await remove('/memories/1,2')).body).toEqual({ coord: '1,2', deleted: true });
  expect(await remove('/memories/1,2')).toMatchObject({ status: 200, body: { coord: '1,2', deleted: false } });
});

it('accepts coordinates far longer than routers usually do', async () => {
  const coord = Array.from({ length: 64 }, (_, n) => `0.${n}123456789`).join(',');
  expect((await get(`/memories/${coord}`)).status).toBe(404);
});

describe('/memories/search', () => {
  it('is not read as a coordinate', async () => {
    expect(await get('/memories/search?query=x&top_k=2')).toMatchObject({
      status: 200,
      body: {
        memories: [
          { coord: '1', score: 2 },
          { coord: '2', importance: 7 },
        ],
      },
    });
  });

  it('skips the offset', async () => {
    const { body } = await post('/memories/search', {
      query: 'x',
      top_k: 1,
      offset: 1,
      memory_type: 'anything',
      filters: { universe: 'real' },
    });
    expect(body).toMatchObject({ memories: [{ coord: '2' }] });
    expect(http.recall.lastRequest).toEqual({
      query: 'x',
      topK: 2,
      filter: { payload: [{ path: ['universe'], equals: 'real' }] },
    });
  });
});
