import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RunningService, TOKEN } from './support/running-service.js';

/**
 * What two generations of existing clients send, in their order, and what they need back. Each is as the client's own
 * code has it: headers, bodies, and the fields that it reads of the answers.
 */

interface Hit {
  readonly payload: Readonly<Record<string, unknown>>;
  readonly score: number;
}

const BULK = 1200;
const PROMPT = 'where did the kettle go? '.repeat(400);
const TENANTS = [
  'user@example.com',
  'acme/eu',
  'a+b/c=',
  'tenant one',
  '~t',
  'x'.repeat(150),
  'y'.repeat(200),
  '..',
  'ключ 日本',
  "it's {a}*?",
];

let service: RunningService;

beforeAll(async () => {
  service = await RunningService.start();
});
afterAll(() => service.dispose());

/** A client of one namespace, as its configuration names it. */
function clientOf(namespace: string, headers: Readonly<Record<string, string>> = {}) {
  // Header values are bytes; clients send UTF-8.
  const name = Buffer.from(namespace, 'utf8').toString('latin1');
  const tenant = name.split(':').at(-1) ?? '';
  const call = async (path: string, body?: unknown) => {
    const response = await service.request(path, {
      ...(body === undefined ? {} : { body }),
      headers: { 'X-Soma-Namespace': name, 'X-Soma-Tenant': tenant, ...headers },
    });
    const text = await response.text();
    return { status: response.status, warning: response.headers.get('warning'), body: parsed(text) };
  };
  return { get: (path: string) => call(path), post: call };
}

function parsed(text: string): Record<string, unknown> {
  return JSON.parse(text) as Record<string, unknown>;
}

describe('the client of October 2025', () => {
  const { post } = clientOf('brain:october', { 'X-Request-ID': 'req-1', 'X-Universe': 'real' });
  const enriched = (text: string, coord: string) => ({
    task: text,
    text,
    content: text,
    id: coord,
    timestamp: 1_760_000_000.25,
    universe: 'real',
    namespace: 'brain:october',
    coordinate: coord.split(',').map(Number),
    memory_type: 'episodic',
  });
  const COORD = '-0.1372549019607843,0.8509803921568627,0.00392156862745098';

  it('asks for health without a token', async () => {
    expect((await fetch(`${service.url}/health`)).status).toBe(200);
  });

  it('remembers at a place, there again, and reads only the newer', async () => {
    const first = await post('/remember', {
      coord: COORD,
      payload: enriched('the old kettle', COORD),
      type: 'episodic',
    });
    expect(first.status).toBe(200);
    expect(first.body).toEqual({ ok: true, coord: COORD });
    await post('/remember', { coord: COORD, payload: enriched('the blue kettle', COORD), type: 'episodic' });
    const { payloads } = (await post('/payloads', { coords: [COORD], universe: 'real' })).body;
    expect(payloads).toEqual([
      { coord: COORD, payload: expect.objectContaining(enriched('the blue kettle', COORD)) as unknown },
    ]);
  });

  it('stores bulks with types per item, with types of its own, and of more items than one bulk may have', async () => {
    const items = (n: number, types: readonly (string | null)[]) =>
      Array.from({ length: n }, (_, at) => ({
        coord: `${at},${n}`,
        payload: { task: `task ${at} of ${n}` },
        type: types[at % types.length],
      }));
    for (const [n, types] of [
      [10, ['episodic', 'semantic']],
      [6, ['procedural', 'working_memory', null]],
      [BULK, ['episodic']],
      [0, ['episodic']],
    ] as const) {
      const { status, body } = await post('/store_bulk', { items: items(n, types) });
      expect({ status, body }).toEqual({ status: 200, body: { stored: n } });
    }
    const { payloads } = (await post('/payloads', { coords: items(BULK, ['x']).map(({ coord }) => coord) })).body;
    expect(payloads).toHaveLength(BULK);
  });

  /** The order in which the client asks, until one finds something. */
  const RECALLS = (query: string, topK: number) =>
    [
      [
        '/recall_with_scores',
        { query, top_k: Math.max(3 * topK, 10), universe: 'real', exact: false, case_sensitive: false },
      ],
      ['/recall', { query, top_k: topK, universe: 'real', hybrid: true }],
      [
        '/hybrid_recall_with_scores',
        { query, terms: null, top_k: topK, exact: false, case_sensitive: false, universe: 'real' },
      ],
      ['/keyword_search', { term: query, exact: false, case_sensitive: false, top_k: topK, universe: 'real' }],
      ['/recall', { query, top_k: topK, universe: 'real' }],
    ] as const;

  it('recalls with payload and score, best first', async () => {
    const { body } = await post(...RECALLS('blue kettle', 3)[0]);
    const results = body['results'] as Hit[];
    expect(results[0]).toMatchObject({ payload: { task: 'the blue kettle' }, score: expect.any(Number) });
    const scores = results.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  });

  it.each([
    ['nothing', '', 5],
    ['blanks', ' \n ', 5],
    ['a prompt of 10,000 characters', PROMPT, 5],
    ['a text with a NUL', 'the\u0000kettle', 5],
    ['400 memories, hence 1,200', 'kettle task', 400],
  ])('recalls %s by every route', async (_, query, topK) => {
    for (const [route, body] of RECALLS(query, topK)) {
      const { status, body: answer } = await post(route, body);
      expect({ route, status }).toEqual({ route, status: 200 });
      expect(Array.isArray(answer['results'] ?? answer['matches'])).toBe(true);
    }
  });

  it('finds what a long prompt asks for, as many as there are', async () => {
    const { body, warning } = await post('/recall', { query: PROMPT, top_k: 1200 });
    expect((body['matches'] as unknown[]).length).toBe(1000);
    expect(warning).toContain('top_k: cut to 1000');
    expect(warning).not.toContain('query');
    const longer = await post('/recall', { query: PROMPT.repeat(Math.ceil(140_000 / PROMPT.length)), top_k: 3 });
    expect((longer.body['matches'] as unknown[]).length).toBe(3);
    expect(longer.warning).toContain('query: cut to the first');
  });
});

describe('the links of the client of October 2025', () => {
  const { get, post } = clientOf('brain:october-links', { 'X-Request-ID': 'req-2', 'X-Universe': 'real' });
  const [a, b, c] = ['-0.5,0.25,1e-05', '0.5,0.25,0.75', '1.0,2.0,3.0'];
  const numbers = (coord: string) => coord.split(',').map(Number);
  const edges = async (from: string, more: object = {}) =>
    (await post('/neighbors', { from_coord: numbers(from), type: null, limit: 0, universe: 'real', ...more })).body[
      'edges'
    ];

  it('are made, also by a request that comes three times, and read as edges', async () => {
    for (const coord of [a, b, c]) await post('/remember', { coord, payload: { task: coord }, type: 'episodic' });
    const link = { from_coord: a, to_coord: b, type: 'related', weight: 1.0, universe: 'real' };
    for (const { status, body } of await Promise.all([post('/link', link), post('/link', link), post('/link', link)])) {
      expect({ status, body }).toEqual({ status: 200, body: { ok: true } });
    }
    await post('/link', { ...link, from_coord: b, to_coord: c, weight: 0.25 });
    expect(await edges(a)).toEqual([{ from: numbers(a), to: numbers(b), type: 'related', weight: 1 }]);
    expect(await edges(a, { type: 'other', limit: 5 })).toEqual([]);
    expect(await edges('9,9,9')).toEqual([]);
  });

  it('are walked: pairs, and the path that weighs least', async () => {
    const { neighbors } = (await get(`/neighbors?coord=${a}`)).body as {
      neighbors: [number[], { timestamp: number }][];
    };
    expect(neighbors).toMatchObject([[numbers(b), { to: numbers(b), type: 'related', weight: 1 }]]);
    expect(Math.abs((neighbors[0]?.[1].timestamp ?? 0) - Date.now() / 1000)).toBeLessThan(600);
    expect((await get(`/shortest_path?frm=${a}&to=${c}`)).body).toEqual({ path: [a, b, c].map(numbers) });
    expect((await get(`/shortest_path?frm=${c}&to=${a}`)).body).toEqual({ path: [] });
  });

  it('are pruned and unlinked, and go with a memory for good', async () => {
    await post('/link', { from_coord: a, to_coord: c, type: 'weak', weight: 0.01 });
    const prune = { from_coord: numbers(a), weight_below: 0.1, max_degree: null, type: null };
    expect((await post('/prune', prune)).body).toEqual({ removed: 1 });
    const unlink = { from_coord: numbers(b), to_coord: numbers(c), type: null };
    expect((await post('/unlink', unlink)).body).toEqual({ ok: true, removed: 1 });
    const headers = { 'X-Soma-Namespace': 'brain:october-links' };
    await service.request(`/memories/${b}`, { method: 'DELETE', headers });
    expect(await edges(a)).toEqual([]);
    await post('/remember', { coord: b, payload: { task: 'again' }, type: 'episodic' });
    expect(await edges(a)).toEqual([]);
  });
});

describe('the graph of the client of June 2026', () => {
  const { get, post } = clientOf('brain:june-graph', { 'X-API-Key': TOKEN, 'X-Auth-Token': TOKEN });
  const link = (from_coord: string, to_coord: string, more: object = {}) =>
    post('/graph/link', { from_coord, to_coord, link_type: 'causes', strength: 0.5, ...more });

  it('is linked where no memory lives, again, and three times at once', async () => {
    const ends = { from_coord: '1.0,2.0,3.0', to_coord: '4.0,5.0,6.0' };
    const linked = { status: 200, body: { ...ends, link_type: 'causes', ok: true } };
    const attempt = () => link(ends.from_coord, ends.to_coord, { metadata: { why: 'x' } });
    for (const answer of [
      await attempt(),
      await attempt(),
      ...(await Promise.all([attempt(), attempt(), attempt()])),
    ]) {
      expect(answer).toMatchObject(linked);
    }
    const { neighbors } = (await get('/graph/neighbors?coord=1.0,2.0,3.0&k_hop=1&limit=10')).body;
    const neighbor = { coord: '4.0,5.0,6.0', coordinate: [4, 5, 6], link_type: 'causes', strength: 0.5 };
    expect(neighbors).toMatchObject([{ ...neighbor, metadata: { why: 'x' } }]);
  });

  it('gives neighbours by type and limit, and further ones', async () => {
    await link('1.0,2.0,3.0', '7.0,8.0,9.0', { link_type: 'follows' });
    await link('4.0,5.0,6.0', '10.0,11.0,12.0');
    const near = async (query: string) =>
      ((await get(`/graph/neighbors?coord=1.0,2.0,3.0&${query}`)).body['neighbors'] as { coord: string }[]).map(
        ({ coord }) => coord,
      );
    expect(await near('k_hop=1&limit=10&link_type=follows')).toEqual(['7.0,8.0,9.0']);
    expect(await near('k_hop=1&limit=1')).toEqual(['7.0,8.0,9.0']);
    expect(await near('k_hop=2&limit=10')).toEqual(['7.0,8.0,9.0', '4.0,5.0,6.0', '10.0,11.0,12.0']);
  });

  it('finds a path, and says so when there is none', async () => {
    const ask = async (from_coord: string, to_coord: string, more = '') =>
      await get(`/graph/path?from_coord=${from_coord}&to_coord=${to_coord}&max_length=10${more}`);
    expect(await ask('1.0,2.0,3.0', '10.0,11.0,12.0')).toMatchObject({
      status: 200,
      body: {
        found: true,
        path: ['1.0,2.0,3.0', '4.0,5.0,6.0', '10.0,11.0,12.0'],
        link_types: ['causes', 'causes'],
      },
    });
    for (const none of [await ask('10.0,11.0,12.0', '1.0,2.0,3.0'), await ask('70,0,0', '71,0,0')]) {
      expect(none).toMatchObject({ status: 200, body: { found: false, path: [], link_types: [] } });
    }
  });

  it('is verified: a link without memories is no fault', async () => {
    const response = await service.request('/v1/admin/verify', { body: { namespaces: ['brain:june-graph'] } });
    expect(await response.text()).toContain('"agrees":true');
  });
});

describe('the client of June 2026', () => {
  const { get, post } = clientOf('brain:june', { 'X-API-Key': TOKEN, 'X-Auth-Token': TOKEN });

  it('asks for health in three ways', async () => {
    for (const path of ['/health', '/healthz', '/readyz']) {
      expect(await get(path)).toMatchObject({
        status: 200,
        body: { kv_store: true, vector_store: true, graph_store: true },
      });
    }
  });

  it.each(['working_memory', 'procedural', 'episodic', 'semantic'])(
    'remembers %s, and reads it as written',
    async (type) => {
      const coord = `0.25,${type.charCodeAt(0)},-0.5`;
      const sent = {
        content: `remembered as ${type}`,
        memory_type: type,
        universe: 'real',
        tenant: 'june',
        timestamp: 1e9,
      };
      const { status, body } = await post('/memories', { coord, payload: sent, memory_type: type });
      expect({ status, body }).toEqual({ status: 200, body: { coord, memory_type: type, ok: true } });
      const { memory } = (await get(`/memories/${coord}`)).body;
      expect(memory).toMatchObject({ payload: sent, memory_type: type });
      expect((memory as Hit).payload).toEqual(sent);
      const { memories } = (await post('/memories/search', { query: sent.content, top_k: 50 })).body;
      expect((memories as Hit[]).find(({ payload }) => payload['content'] === sent.content)?.payload).toEqual(sent);
      const { payloads } = (await post('/payloads', { coords: [coord], universe: 'real' })).body;
      expect(payloads).toMatchObject([{ coord, payload: sent }]);
    },
  );

  it('reads a type that the payload does not say', async () => {
    await post('/memories', { coord: '7,7,7', payload: { text: 'a plan' }, memory_type: 'procedural' });
    for (const answer of [await get('/memories/7,7,7'), await post('/payloads', { coords: ['7,7,7'] })]) {
      expect(JSON.stringify(answer.body)).toContain('"memory_type":"procedural"');
    }
    expect((await get('/v1/memories/7,7,7')).body).toMatchObject({ type: 'episodic' });
  });

  it.each([
    ['nothing', { query: '', top_k: 50 }],
    ['1,500', { query: 'remembered', top_k: 1500 }],
    ['a prompt', { query: PROMPT, top_k: 50 }],
  ])('searches %s', async (_, body) => {
    const { status, body: answer } = await post('/memories/search', body);
    expect(status).toBe(200);
    expect(Array.isArray(answer['memories'])).toBe(true);
  });

  it('searches with filters: universe and tenant are equal, _keywords are wished for', async () => {
    const search = async (filters: object) =>
      (await post('/memories/search', { query: 'remembered', top_k: 10, filters, universe: 'real', tenant: 'june' }))
        .body['memories'] as Hit[];
    expect((await search({ universe: 'real', tenant: 'june' })).length).toBe(4);
    expect((await search({ universe: 'real', tenant: 'july' })).length).toBe(0);
    const [wished] = await search({ universe: 'real', _keywords: ['procedural'] });
    expect(wished).toMatchObject({ payload: { content: 'remembered as procedural' } });
  });

  it('counts what is read, as the library does, on the next read', async () => {
    const read = async () => JSON.stringify((await post('/payloads', { coords: ['7,7,7'] })).body);
    await read();
    expect(await read()).toMatch(/"access_count":[1-9]/);
  });
});

describe('tenants', () => {
  it('are namespaces of their own, whatever their names, on every route', async () => {
    for (const [at, tenant] of TENANTS.entries()) {
      const { post } = clientOf(`brain:${tenant}`);
      const { status } = await post('/remember', { coord: '1,1,1', payload: { text: 'the one memory', at } });
      expect({ tenant, status }).toEqual({ tenant, status: 200 });
    }
    for (const [at, tenant] of TENANTS.entries()) {
      const { get, post } = clientOf(`brain:${tenant}`);
      expect((await post('/recall', { query: 'memory', top_k: 5 })).body).toMatchObject({ matches: [{ at }] });
      expect((await get('/stats')).body).toMatchObject({ total_memories: 1 });
      expect((await get('/memories/1,1,1')).body).toMatchObject({
        memory: { payload: { text: 'the one memory', at } },
      });
      expect((await get('/v1/memories')).body).toMatchObject({ memories: [{ payload: { at } }] });
    }
  });

  it('can be verified by name', async () => {
    const namespaces = TENANTS.map((tenant) => `brain:${tenant}`);
    const response = await service.request('/v1/admin/verify', { body: { namespaces } });
    expect(await response.text()).toContain('"agrees":true');
  });

  it('cannot be two at once', async () => {
    const headers = [
      ['host', '127.0.0.1'],
      ['authorization', `Bearer ${TOKEN}`],
      ['x-soma-namespace', 'one'],
      ['x-soma-namespace', 'two'],
    ] as const;
    const status = await new Promise((resolve, reject) => {
      request(`${service.url}/stats`, { headers: headers.flat() }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(422);
  });
});
