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
  expect(kept).toMatchObject({ status: 200, body: { coord: '1.0,2', memory_type: 'working-memory', ok: true } });
  expect(http.truth.memories.get('api_ns/1,2')).toMatchObject({
    type: 'episodic',
    payload: { a: 1, memory_type: 'working-memory' },
  });
  await post('/memories', { coord: '5', payload: {}, memory_type: 'semantic' });
  expect(http.truth.memories.get('api_ns/5')?.type).toBe('semantic');
});

it('reads a memory exactly as it was sent, and answers 404 where there is none', async () => {
  const payload = { a: 1, coordinate: 'mine', timestamp: 'then', nested: { list: [null, 1.5] } };
  await post('/memories', { coord: '1,2', payload });
  const { status, body } = await get('/memories/1.0,2.0');
  expect({ status, body }).toEqual({
    status: 200,
    body: {
      memory: {
        coordinate: [1, 2],
        payload,
        memory_type: 'episodic',
        access_count: 0,
        metadata: {},
        importance: 0,
        created_at: '2026-03-01T10:00:00.000Z',
        updated_at: '2026-03-01T10:00:00.000Z',
      },
    },
  });
  expect(await get('/memories/8')).toMatchObject({ status: 404, body: { detail: 'Memory not found' } });
});

describe('a type that only the client knows', () => {
  const readBack = async () => {
    const { memory } = (await get('/memories/3')).body as { memory: { payload: object; memory_type: string } };
    const { payloads } = (await post('/payloads', { coords: ['3'] })).body as { payloads: { payload: object }[] };
    return { ...memory, flat: payloads[0]?.payload };
  };

  it.each(['working_memory', 'procedural', 'Episodic', '0'])('comes back as it was written: %s', async (word) => {
    await post('/memories', { coord: '3', payload: { text: 'a' }, memory_type: word });
    const read = await readBack();
    expect(read).toMatchObject({ payload: { text: 'a', memory_type: word }, memory_type: word });
    expect(read.flat).toMatchObject({ text: 'a', memory_type: word });
  });

  it('leaves alone what the payload says itself', async () => {
    const payload = { text: 'a', memory_type: 'working_memory', type: 'x' };
    await post('/memories', { coord: '3', payload, memory_type: 'procedural' });
    expect(await readBack()).toMatchObject({ payload, memory_type: 'working_memory', flat: payload });
  });

  it.each([undefined, null, '', 'episodic', 'semantic'])('adds nothing to the payload for %p', async (memory_type) => {
    await post('/memories', { coord: '3', payload: { text: 'a' }, memory_type });
    const { payload, memory_type: type } = await readBack();
    expect(payload).toEqual({ text: 'a' });
    expect(type).toBe(memory_type || 'episodic');
  });
});

it('counts reads: beside the payload here, in it on the older routes, from the next read on', async () => {
  await post('/memories', { coord: '4', payload: { text: 'a' } });
  const flat = async () => (await post('/payloads', { coords: ['4'] })).body;
  expect(await flat()).toMatchObject({ payloads: [{ payload: expect.not.objectContaining({ access_count: 1 }) }] });
  expect(await flat()).toMatchObject({ payloads: [{ payload: { access_count: 1 } }] });
  expect(await get('/memories/4')).toMatchObject({ body: { memory: { payload: { text: 'a' }, access_count: 1 } } });
  await post('/memories', { coord: '4', payload: { access_count: 'mine' } });
  expect(await flat()).toMatchObject({ payloads: [{ payload: { access_count: 'mine' } }] });
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
      importance: { weight: 0.1 },
      filter: { payload: [{ path: ['universe'], equals: 'real' }] },
    });
  });

  it('gives payloads back as they were sent', async () => {
    http.recall.result = { hits: [aHit({ payload: { a: 1 } })], degraded: [] };
    expect((await post('/memories/search', { query: 'x' })).body).toMatchObject({
      memories: [{ payload: { a: 1 }, memory_type: 'episodic' }],
    });
    const { memories } = (await get('/memories/search?query=x')).body as { memories: { payload: object }[] };
    expect(memories[0]?.payload).toEqual({ a: 1 });
  });

  it('takes an offset beyond what may be asked for, and before the beginning', async () => {
    expect(await post('/memories/search', { query: 'x', offset: 1000 })).toMatchObject({
      status: 200,
      body: { memories: [] },
    });
    expect(await post('/memories/search', { query: 'x', top_k: 600, offset: 500 })).toMatchObject({ status: 200 });
    expect(http.recall.lastRequest?.topK).toBe(1000);
    expect(await get('/memories/search?query=x&offset=-3')).toMatchObject({ status: 200 });
    expect(http.recall.lastRequest?.topK).toBe(5);
  });
});
