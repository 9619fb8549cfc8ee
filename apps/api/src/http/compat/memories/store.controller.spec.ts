import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { StoreUnavailableError } from '@sfm/memory';
import { startHttp, TEAM_TOKEN, TOKEN, type HttpHarness } from '../../../../test/http-harness.js';

let http: HttpHarness;

beforeAll(async () => {
  http = await startHttp();
});
afterEach(() => {
  http.truth.failure = undefined;
  http.truth.memories.clear();
  http.forgetCalls();
});
afterAll(() => http.close());

async function post(url: string, payload: unknown, headers: Record<string, string> = {}) {
  const response = await http.app.inject({
    method: 'POST',
    url,
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...headers },
    payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
  });
  return { status: response.statusCode, body: response.json<Record<string, unknown>>(), headers: response.headers };
}

describe('/store', () => {
  it('answers exactly {"ok":true} with 200 and keeps the payload untouched', async () => {
    const { status, body } = await post('/store', {
      coord: ' 1, 2.50 ,3',
      payload: { text: 'a' },
      type: 'semantic',
      universe: 'x',
    });
    expect({ status, body }).toEqual({ status: 200, body: { ok: true } });
    expect(http.truth.memories.get('api_ns/1,2.5,3')).toMatchObject({ type: 'semantic', payload: { text: 'a' } });
  });

  it.each([[undefined], [null], [''], ['procedural']])('stores as episodic when the type is %p', async (type) => {
    await post('/store', { coord: '1', payload: {}, type });
    expect(http.truth.memories.get('api_ns/1')?.type).toBe('episodic');
  });

  it('is served with a trailing slash', async () => {
    expect((await post('/store/', { coord: '1', payload: {} })).status).toBe(200);
  });

  it('names a missing field as FastAPI does', async () => {
    const { status, body } = await post('/store', { payload: {} });
    expect(status).toBe(422);
    expect(body).toEqual({ detail: [{ type: 'missing', loc: ['body', 'coord'], msg: 'Field required', input: null }] });
  });

  it('names every wrong field at once', async () => {
    const { body } = await post('/store', { coord: 1, payload: [], type: 7 });
    expect(body['detail']).toMatchObject([
      { type: 'string_type', loc: ['body', 'coord'], input: 1 },
      { type: 'value_error', loc: ['body', 'payload'] },
      { type: 'string_type', loc: ['body', 'type'], input: 7 },
    ]);
    expect(http.calls()).toEqual([]);
  });

  it.each(['', ',', 'a,b', '1,nan', 'inf', '1e400'])(
    'answers 400 with the field for the coordinate %p',
    async (coord) => {
      const { status, body } = await post('/store', { coord, payload: {} });
      expect(status).toBe(400);
      expect(body['detail']).toMatch(/^Invalid coord: /);
      expect(http.calls()).toEqual([]);
    },
  );

  it('answers 422 json_invalid for malformed JSON, to who has a token', async () => {
    expect((await post('/store', '{"coord": ', { authorization: '' })).status).toBe(401);
    const { status, body } = await post('/store', '{"coord": ');
    expect(status).toBe(422);
    expect(body['detail']).toMatchObject([{ type: 'json_invalid', loc: ['body', expect.any(Number)] }]);
  });

  it('checks the token before the fields', async () => {
    expect(await post('/store', {}, { authorization: '' })).toMatchObject({
      status: 401,
      body: { detail: 'Missing bearer token' },
    });
    expect(await post('/store', {}, { authorization: 'Bearer no' })).toMatchObject({
      status: 403,
      body: { detail: 'Invalid token' },
    });
  });

  it('keeps namespaces apart by X-Soma-Namespace and refuses those of others', async () => {
    await post('/store', { coord: '1', payload: {} }, { 'x-soma-namespace': 'other' });
    expect([...http.truth.memories.keys()]).toEqual(['other/1']);
    const refused = await post(
      '/store',
      { coord: '1', payload: {} },
      { authorization: `Bearer ${TEAM_TOKEN}`, 'x-soma-namespace': 'other' },
    );
    expect(refused.status).toBe(403);
    const malformed = await post('/store', { coord: '1', payload: {} }, { 'x-soma-namespace': 'a\u0085b' });
    expect(malformed).toMatchObject({ status: 422, body: { detail: [{ loc: ['header', 'X-Soma-Namespace'] }] } });
  });

  it('answers 413 for a body over the limit, with and without its length', async () => {
    const { status, body } = await post('/store', { coord: '1', payload: { text: 'x'.repeat(6_000_000) } });
    expect({ status, body }).toEqual({ status: 413, body: { detail: 'Request entity too large' } });
  });

  it('answers 413 naming the payload when only that is too large', async () => {
    const { status, body } = await post('/store', { coord: '1', payload: { text: 'x'.repeat(1_100_000) } });
    expect(status).toBe(413);
    expect(body['detail']).toMatch(/^payload: must be at most/);
  });

  it('answers 422 for a body of another media type', async () => {
    const { status, body } = await post('/store', 'coord=1', { 'content-type': 'application/x-www-form-urlencoded' });
    expect(status).toBe(422);
    expect(body['detail']).toMatchObject([{ type: 'model_attributes_type', loc: ['body'] }]);
  });

  it('answers 503 with Retry-After and no internals while the truth is down', async () => {
    http.truth.failure = new StoreUnavailableError('connect ECONNREFUSED 10.0.0.7:5432');
    const { status, body, headers } = await post('/store', { coord: '1', payload: {} });
    expect(status).toBe(503);
    expect(headers['retry-after']).toBe('1');
    expect(JSON.stringify(body)).not.toContain('10.0.0.7');
  });

  it('answers 500 without internals for a bug', async () => {
    http.truth.failure = new TypeError('secret of the house');
    expect(await post('/store', { coord: '1', payload: {} })).toMatchObject({
      status: 500,
      body: { detail: 'Internal Server Error' },
    });
  });
});

describe('/remember', () => {
  it('answers the canonical coordinate too', async () => {
    expect((await post('/remember', { coord: '1.0, 1e-05', payload: {} })).body).toEqual({
      ok: true,
      coord: '1,0.00001',
    });
  });
});

describe('/store_bulk', () => {
  it('keeps all items and counts them', async () => {
    const items = [1, 2, 3].map((n) => ({ coord: `${n}`, payload: { n }, type: null }));
    expect(await post('/store_bulk', { items })).toMatchObject({ status: 200, body: { stored: 3 } });
    expect(http.calls()).toEqual(['write']);
  });

  it('names the bad item by its index and keeps nothing', async () => {
    const items = [0, 1, 2, 3].map((n) => ({ coord: n === 3 ? 'x' : `${n}`, payload: {} }));
    const { status, body } = await post('/store_bulk', { items });
    expect(status).toBe(422);
    expect(body['detail']).toMatchObject([
      { loc: ['body', 'items', 3, 'coord'], msg: expect.stringContaining('items.3.coord') },
    ]);
    expect(http.calls()).toEqual([]);
  });

  it('names a bad payload inside an item', async () => {
    const items = [
      { coord: '1', payload: {} },
      { coord: '2', payload: { a: ['fine', 'nul \u0000'] } },
    ];
    const { status, body } = await post('/store_bulk', { items });
    expect(status).toBe(422);
    expect(body['detail']).toMatchObject([{ loc: ['body', 'items', 1, 'payload', 'a', 1] }]);
  });

  it('takes types of the client, and none at all', async () => {
    const items = ['procedural', 'working_memory', null, ''].map((type, n) => ({ coord: `${n}`, payload: {}, type }));
    expect(await post('/store_bulk', { items })).toMatchObject({ status: 200, body: { stored: 4 } });
    expect([...http.truth.memories.values()].map(({ type }) => type)).toEqual(Array(4).fill('episodic'));
  });

  it('answers an empty one as the reference does', async () => {
    expect(await post('/store_bulk', { items: [] })).toMatchObject({ status: 200, body: { stored: 0 } });
  });

  it('keeps more items than the limit in several transactions, and none of them when one is not allowed', async () => {
    const items: object[] = Array.from({ length: 250 }, (_, n) => ({ coord: `${n}`, payload: { n: 0 } }));
    expect(await post('/store_bulk', { items })).toMatchObject({ status: 200, body: { stored: 250 } });
    expect(http.calls()).toEqual(['write', 'write', 'write']);
    http.forgetCalls();
    items[249] = { coord: '249', payload: { text: 'nul \u0000' } };
    expect(await post('/store_bulk', { items })).toMatchObject({
      status: 422,
      body: { detail: [{ loc: ['body', 'items', 249, 'payload', 'text'] }] },
    });
    expect(http.calls()).toEqual([]);
  });
});
