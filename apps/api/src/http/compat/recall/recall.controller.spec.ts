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
    expect(http.recall.lastRequest).toEqual({
      query: 'kettle',
      topK: 5,
      mode: 'hybrid',
      importance: { weight: 0.1 },
    });
  });

  it('asks the same by query string', async () => {
    const filters = encodeURIComponent('{"tag":"x"}');
    const { status, body } = await get(`/recall?query=kettle&top_k=7&type=semantic&hybrid=no&filters=${filters}`);
    expect({ status, body }).toEqual({ status: 200, body: { matches: [FLAT] } });
    expect(http.recall.lastRequest).toEqual({
      query: 'kettle',
      topK: 7,
      mode: 'hybrid',
      importance: { weight: 0.1 },
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

/** What existing clients send and the service cannot use as it is; none of it may become an error. */
describe('tolerance', () => {
  const asked = async (body: Record<string, unknown>, route = '/recall') => {
    http.recall.requests.length = 0;
    const { status, headers, body: answer } = await post(route, { query: 'x', ...body });
    return { status, warning: headers['warning'], request: http.recall.lastRequest, answer };
  };
  const ROUTES = ['/recall', '/recall_with_scores', '/hybrid_recall_with_scores', '/memories/search'];

  it.each(ROUTES)('%s finds nothing for a blank question', async (route) => {
    for (const query of ['', '  ', '\n\t', '\u0000']) {
      const { status, request, answer } = await asked({ query }, route);
      expect({ status, request }).toEqual({ status: 200, request: undefined });
      expect(Object.values(answer as object)).toEqual([[]]);
    }
  });

  it.each(ROUTES)('%s reads top_k as it can', async (route) => {
    for (const [sent, read] of [
      ['3', 3],
      [' 4.0 ', 4],
      [null, 5],
      [5000, 1000],
      ['99999999999999999999', 1000],
      [1e300, 1000],
    ]) {
      expect(await asked({ top_k: sent }, route)).toMatchObject({ status: 200, request: { topK: read } });
    }
    for (const sent of [0, -1, '-7']) {
      expect(await asked({ top_k: sent }, route)).toMatchObject({ status: 200, request: undefined });
    }
    expect(await asked({ top_k: 1200 }, route)).toMatchObject({ warning: '299 - "top_k: cut to 1000"' });
    for (const sent of ['three', 2.5, true, [1]]) expect((await asked({ top_k: sent }, route)).status).toBe(422);
  });

  it.each(ROUTES)('%s cuts a long question and takes out what no memory has', async (route) => {
    const long = await asked({ query: 'x'.repeat(9_999) + '😀' }, route);
    expect(long).toMatchObject({ status: 200, warning: '299 - "query: cut to the first 10000 characters"' });
    expect(long.request?.query).toBe('x'.repeat(9_999));
    expect((await asked({ query: 'a\u0000b' }, route)).request?.query).toBe('a b');
    expect((await asked({ query: 'a\ud800b' }, route)).request?.query).toBe('a\ufffdb');
  });

  it.each([
    [undefined, 'hybrid'],
    [null, 'hybrid'],
    [false, 'hybrid'],
    ['false', 'hybrid'],
    [true, 'hybrid'],
    ['true', 'hybrid'],
    ['On', 'hybrid'],
    [1, 'hybrid'],
  ])('hybrid %p means %s where that is the default', async (hybrid, mode) => {
    expect(await asked({ hybrid })).toMatchObject({ status: 200, request: { mode } });
  });

  it('a hybrid that says nothing stays an error', async () => {
    expect((await asked({ hybrid: 'perhaps' })).status).toBe(422);
  });

  it('reads a type of the client as the reference does: as episodic on /recall, as no filter on the others', async () => {
    for (const route of ['/recall', '/recall_batch']) {
      const { request } = await asked({ type: 'procedural', queries: ['x'] }, route);
      expect(request?.filter).toEqual({ type: 'episodic' });
    }
    for (const route of ['/recall_with_scores', '/hybrid_recall_with_scores', '/recall_with_context']) {
      const { status, request } = await asked({ type: 'procedural', context: {} }, route);
      expect({ status, filter: request?.filter }).toEqual({ status: 200, filter: undefined });
    }
  });

  it('takes words, boosts and flags in any spelling', async () => {
    const { status, request } = await asked(
      { terms: ['', 'blue', ' ', 'a\u0000b'], boost: '-1', exact: 'no', case_sensitive: 1 },
      '/hybrid_recall_with_scores',
    );
    expect(status).toBe(200);
    expect(request?.keywords).toEqual({ terms: ['blue', 'a b'], boost: -1, exact: false, caseSensitive: true });
    const none = await asked({ terms: [''], boost: 1e300 }, '/hybrid_recall_with_scores');
    expect(none).toMatchObject({ status: 200, request: { query: 'x' } });
    expect(none.request?.keywords).toBeUndefined();
    expect((await asked({ query: ' ', terms: ['blue'] }, '/hybrid_recall_with_scores')).request?.query).toBe('blue');
  });

  it('takes the filter _keywords as a wish, beside what must be equal', async () => {
    for (const route of ['/recall', '/memories/search']) {
      const filters = { _keywords: ['blue', 7, ''], universe: 'real' };
      expect((await asked({ filters, universe: 'real', tenant: 't' }, route)).request).toMatchObject({
        keywords: { terms: ['blue'], exact: false },
        filter: { payload: [{ path: ['universe'], equals: 'real' }] },
      });
      const wish = await asked({ filters: { _keywords: ['blue'] } }, route);
      expect(wish.request?.filter).toBeUndefined();
    }
  });

  it('never widens what a filter was to leave out', async () => {
    for (const filters of [{ tag: 'a\u0000' }, { tag: '\ud800' }]) {
      expect(await asked({ filters })).toMatchObject({
        status: 200,
        request: undefined,
        answer: { matches: [] },
        warning: '299 - "filters: cannot match any memory; nothing is returned"',
      });
    }
  });

  it.each([
    ['no json', undefined, '299 - "filters: no JSON object; ignored"'],
    ['[1]', undefined, '299 - "filters: no JSON object; ignored"'],
    ['"x"', undefined, '299 - "filters: no JSON object; ignored"'],
    ['', undefined, undefined],
    ['null', undefined, undefined],
    ['{}', undefined, undefined],
    ['{"tag":1}', { payload: [{ path: ['tag'], equals: 1 }] }, undefined],
  ])('of filters in a query string, %j is read as what it can be', async (text, filter, warning) => {
    for (const route of ['/recall', '/memories/search']) {
      http.recall.requests.length = 0;
      const { status, headers } = await get(`${route}?query=x&filters=${encodeURIComponent(text)}`);
      expect({ status, warning: headers['warning'] }).toEqual({ status: 200, warning });
      expect(http.recall.lastRequest).toMatchObject({ query: 'x' });
      expect(http.recall.lastRequest?.filter).toEqual(filter);
    }
  });

  it('refuses filters under a name, or on a route, that does not have them', async () => {
    const tag = { tag: 1 };
    for (const [route, body] of [
      ['/recall', { query: 'x', filter: tag }],
      ['/recall_batch', { queries: ['x'], filter: tag }],
      ['/memories/search', { query: 'x', filter: tag }],
      ['/recall_with_scores', { query: 'x', filters: tag }],
      ['/hybrid_recall_with_scores', { query: 'x', filters: tag }],
      ['/recall_with_context', { query: 'x', context: {}, filters: tag }],
      ['/keyword_search', { term: 'x', filters: tag }],
    ] as const) {
      const { status, body: answer } = await post(route, body);
      expect({ route, status, answer }).toMatchObject({ status: 422, answer: { detail: expect.anything() } });
    }
    expect((await get(`/recall?query=x&filter=${encodeURIComponent('{"tag":1}')}`)).status).toBe(422);
    expect((await get('/recall?query=x&filter=')).status).toBe(200);
  });

  it('finds nothing for filters in a query string that were cut off', async () => {
    for (const route of ['/recall', '/memories/search']) {
      http.recall.requests.length = 0;
      const { status, headers } = await get(`${route}?query=x&filters=${encodeURIComponent('{"tag":"x')}`);
      expect({ status, warning: headers['warning'] }).toEqual({
        status: 200,
        warning: '299 - "filters: not valid JSON; nothing is returned"',
      });
      expect(http.recall.requests).toEqual([]);
    }
  });

  it('takes the last of parameters that a query string repeats', async () => {
    expect(await get('/recall?query=a&query=b&top_k=1&top_k=2&hybrid=true')).toMatchObject({ status: 200 });
    expect(http.recall.lastRequest).toMatchObject({ query: 'b', topK: 2 });
  });

  it('leaves out circumstances that nothing can be compared with', async () => {
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`k${index}`, index]));
    const cut = await asked({ context: many }, '/recall_with_context');
    expect({ status: cut.status, keys: Object.keys(cut.request?.context ?? {}).length }).toEqual({
      status: 200,
      keys: 256,
    });
    expect(cut.warning).toMatch(/^299 - "context: cut to the first 256 values/);
    const { status, request, warning } = await asked({ context: { a: '\u0000' } }, '/recall_with_context');
    expect({ status, context: request?.context }).toEqual({ status: 200, context: undefined });
    expect(warning).toMatch(/^299 - "context: /);
  });

  it('answers a batch of no questions, and of blank ones', async () => {
    expect(await post('/recall_batch', { queries: [] })).toMatchObject({ status: 200, body: { batches: [] } });
    expect(await post('/recall_batch', { queries: ['', 'x'] })).toMatchObject({ body: { batches: [[], [FLAT]] } });
  });
});

describe('limits', () => {
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
