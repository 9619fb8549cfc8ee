import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { IndexUnavailableError } from '@sfm/memory';
import { startHttp, type HttpHarness } from '../../../../test/http-harness.js';
import { aHit } from '../../../../test/memory-builder.js';
import { client } from '../../../../test/requests.js';

let http: HttpHarness;
const { get, post } = client(() => http);

beforeAll(async () => {
  http = await startHttp();
});
beforeEach(() => {
  http.recall.failure = undefined;
  http.recall.result = { hits: [aHit()], degraded: [] };
});
afterAll(() => http.close());

const FLAT = {
  text: 'The kettle is blue',
  memory_type: 'episodic',
  coordinate: [1, 2, 3],
  importance_norm: 0.25,
  timestamp: 1772359200,
};

describe('/recall', () => {
  it('answers flat payloads without scores, by default five of both types with all lanes', async () => {
    expect(await post('/recall', { query: 'kettle', universe: 'real' })).toMatchObject({
      status: 200,
      body: { matches: [FLAT] },
    });
    expect(http.recall.lastRequest).toEqual({ query: 'kettle', topK: 5, mode: 'hybrid' });
  });

  it('asks the same by query string', async () => {
    const filters = encodeURIComponent('{"tag":"x"}');
    const { status, body } = await get(`/recall?query=kettle&top_k=7&type=semantic&hybrid=no&filters=${filters}`);
    expect({ status, body }).toEqual({ status: 200, body: { matches: [FLAT] } });
    expect(http.recall.lastRequest).toEqual({
      query: 'kettle',
      topK: 7,
      mode: 'vector',
      filter: { type: 'semantic', payload: [{ path: ['tag'], equals: 'x' }] },
    });
  });

  it('filters by literal top-level keys, and by the type clients see as memory_type', async () => {
    await post('/recall', { query: 'x', filters: { 'a.b': { c: 1 }, memory_type: 'semantic' }, hybrid: true });
    expect(http.recall.lastRequest?.filter).toEqual({
      type: 'semantic',
      payload: [{ path: ['a.b'], equals: { c: 1 } }],
    });
  });

  it('adds no timestamp to semantic memories and keeps one the caller stored', async () => {
    http.recall.result = {
      hits: [aHit({ type: 'semantic' }), aHit({ payload: { timestamp: 5, coordinate: 'mine' } })],
      degraded: [],
    };
    const { body } = await post('/recall', { query: 'x' });
    expect(body).toEqual({
      matches: [
        { text: 'The kettle is blue', memory_type: 'semantic', coordinate: [1, 2, 3], importance_norm: 0.25 },
        { timestamp: 5, memory_type: 'episodic', coordinate: [1, 2, 3], importance_norm: 0.25 },
      ],
    });
  });

  it('answers 503 with Retry-After when no lane can answer', async () => {
    http.recall.failure = new IndexUnavailableError('both lanes failed');
    const { status, headers, body } = await post('/recall', { query: 'x' });
    expect({ status, retry: headers['retry-after'], body }).toEqual({
      status: 503,
      retry: '1',
      body: { detail: 'The index does not answer; retrying is safe' },
    });
  });
});

describe('the other recall routes', () => {
  it('/recall_batch answers one list per question, in order', async () => {
    expect((await post('/recall_batch', { queries: ['a', 'b'], top_k: 2 })).body).toEqual({
      batches: [[FLAT], [FLAT]],
    });
  });

  it('/recall_with_scores carries scores', async () => {
    expect((await post('/recall_with_scores', { query: 'x', exact: false })).body).toEqual({
      results: [{ payload: FLAT, score: 1.5 }],
    });
  });

  it('/hybrid_recall_with_scores weighs the terms', async () => {
    const { body } = await post('/hybrid_recall_with_scores', { query: 'x', terms: ['blue'], exact: false, boost: 3 });
    expect(body).toEqual({ results: [{ payload: FLAT, score: 1.5 }] });
    expect(http.recall.lastRequest?.keywords).toEqual({
      terms: ['blue'],
      boost: 3,
      exact: false,
      caseSensitive: false,
    });
    await post('/hybrid_recall_with_scores', { query: 'x', terms: null });
    expect(http.recall.lastRequest?.keywords).toBeUndefined();
  });

  it('/recall_with_context hands the context on', async () => {
    expect((await post('/recall_with_context', { query: 'x', context: { session: 's' } })).body).toEqual({
      results: [FLAT],
    });
    expect(http.recall.lastRequest?.context).toEqual({ session: 's' });
  });
});

describe('limits', () => {
  it('names the largest top_k that is allowed', async () => {
    const { status, body } = await post('/recall', { query: 'x', top_k: 1001 });
    expect(status).toBe(422);
    expect(body).toMatchObject({
      detail: [{ loc: ['body', 'top_k'], msg: 'Value error, top_k must be at most 1000' }],
    });
  });

  it('names the most questions of a batch', async () => {
    expect(await post('/recall_batch', { queries: Array.from({ length: 51 }, () => 'x') })).toMatchObject({
      status: 422,
      body: { detail: [{ loc: ['body', 'queries'] }] },
    });
  });
});

describe('/recall_batch', () => {
  it('asks a few at a time', async () => {
    const before = http.recall.requests.length;
    let underWay = 0;
    let most = 0;
    http.recall.work = async () => {
      most = Math.max(most, (underWay += 1));
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
    };
    const queries = Array.from({ length: 30 }, (_, index) => `q${index}`);
    expect(await post('/recall_batch', { queries })).toMatchObject({ status: 200 });
    expect(http.recall.requests.slice(before).map(({ request }) => request.query)).toEqual(queries);
    expect(most).toBeLessThanOrEqual(4);
    http.recall.work = async () => undefined;
  });

  it('counts each question against the rate limit', async () => {
    const limited = await startHttp({ auth: { rateLimit: { max: 10, windowMs: 60_000 } } });
    const { post } = client(() => limited);
    const ask = (count: number) => post('/recall_batch', { queries: Array.from({ length: count }, () => 'x') });
    expect(await ask(7)).toMatchObject({ status: 200, headers: { 'ratelimit-remaining': '3' } });
    expect(await ask(4)).toMatchObject({ status: 429, headers: { 'ratelimit-remaining': '3' } });
    expect(await ask(3)).toMatchObject({ status: 200, headers: { 'ratelimit-remaining': '0' } });
    await limited.close();
  });
});
