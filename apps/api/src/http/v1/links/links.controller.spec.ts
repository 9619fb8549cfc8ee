import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startHttp, type HttpHarness } from '../../../../test/http-harness.js';
import { client } from '../../../../test/requests.js';

let http: HttpHarness;
const { get, post, remove } = client(() => http);

beforeAll(async () => {
  http = await startHttp();
  for (const n of [1, 2, 3, 4]) await post('/v1/memories', { coordinate: [n], payload: { n } });
});
beforeEach(() => {
  http.links.links = [];
});
afterAll(() => http.close());

const link = (from: number, to: number, more: object = {}) => post('/v1/links', { from: [from], to: [to], ...more });
const NOT_FOUND = { status: 404, body: { type: 'urn:sfm:problem:memory_not_found' } };

describe('/v1/links', () => {
  it('answers 201 for a new link, 200 for one that was there, and says whether it changed', async () => {
    const ends = { from: [1], to: [2], type: 'related' };
    const made = await link(1, 2, { weight: 0.5, metadata: { why: 'x' } });
    expect(made).toMatchObject({ status: 201, body: { ...ends, version: 1, created: true, changed: true } });
    const again = await link(1, 2, { weight: 0.5, metadata: { why: 'x' } });
    expect(again).toMatchObject({ status: 200, body: { version: 1, created: false, changed: false } });
    expect(await link(1, 2)).toMatchObject({ status: 200, body: { version: 2, created: false, changed: true } });
  });

  it('refuses a link whose end is missing, and names it', async () => {
    for (const missing of [await link(1, 99), await link(99, 1)]) {
      expect(missing).toMatchObject(NOT_FOUND);
      expect(missing.body).toMatchObject({ detail: expect.stringContaining('coordinate 99') });
    }
    expect(http.links.links).toEqual([]);
  });

  it.each([
    ['to', { to: [1] }],
    ['from', { from: [] }],
    ['weight', { weight: -1 }],
    ['weight', { weight: '1' }],
    ['type', { type: '' }],
    ['type', { type: 'x'.repeat(129) }],
    ['metadata', { metadata: [] }],
    ['metadata.a', { metadata: { a: '\ud800' } }],
    ['strength', { strength: 1 }],
  ])('refuses %s when it is not allowed: %j', async (field, wrong) => {
    const refused = await link(1, 2, wrong);
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ field }] } });
  });

  it('lists them a page at a time, from a memory, to one, or both', async () => {
    for (const [from, to, type] of [
      [1, 2, 'a'],
      [1, 3, 'a'],
      [2, 3, 'a'],
      [1, 2, 'b'],
    ] as const)
      // prettier-ignore
      await link(from, to, { type });
    const list = async (query: string) => {
      const { body } = await get(`/v1/links?${query}`);
      const { links, next_cursor } = body as { links: { from: [number]; to: [number]; type: string }[]; next_cursor: string | null }; // prettier-ignore
      return { links: links.map(({ from, to, type }) => `${from[0]}${type}${to[0]}`), next_cursor };
    };
    expect(await list('coordinate=1')).toEqual({ links: ['1a2', '1a3', '1b2'], next_cursor: null });
    expect(await list('coordinate=3&direction=in')).toMatchObject({ links: ['1a3', '2a3'] });
    expect(await list('coordinate=2&direction=both')).toMatchObject({ links: ['1a2', '2a3', '1b2'] });
    expect(await list('coordinate=1&other=2&type=b')).toMatchObject({ links: ['1b2'] });
    const first = await list('coordinate=1&limit=2');
    expect(first.links).toEqual(['1a2', '1a3']);
    expect(await list(`coordinate=1&limit=2&cursor=${first.next_cursor}`)).toEqual({
      links: ['1b2'],
      next_cursor: null,
    });
    expect(await get('/v1/links')).toMatchObject({ status: 422, body: { errors: [{ field: 'coordinate' }] } });
    expect((await get('/v1/links?coordinate=1&cursor=forged')).status).toBe(404);
    expect(await get('/v1/links?coordinate=1&limit=1001')).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'limit' }] },
    });
  });

  it('shows a link whole', async () => {
    await link(1, 2, { weight: 0.5, metadata: { why: 'x' } });
    const at = '2026-03-01T10:00:00.000Z';
    const whole = { from: [1], to: [2], type: 'related', weight: 0.5, metadata: { why: 'x' }, version: 1 };
    expect((await get('/v1/links?coordinate=1')).body).toMatchObject({
      links: [{ ...whole, created_at: at, updated_at: at }],
    });
  });

  it('removes them, and prunes, all only when that is said', async () => {
    for (const [to, weight] of [[2, 1], [3, 2], [4, 3]] as const) await link(1, to, { weight }); // prettier-ignore
    expect(await remove('/v1/links?from=1&to=2')).toMatchObject({ status: 200, body: { removed: 1 } });
    expect(await remove('/v1/links?from=1&to=2')).toMatchObject({ status: 200, body: { removed: 0 } });
    expect(await remove('/v1/links?from=1')).toMatchObject({ status: 422, body: { errors: [{ field: 'to' }] } });
    const prune = (bounds: object) => post('/v1/links/prune', { from: [1], ...bounds });
    expect(await prune({ max_degree: 1 })).toMatchObject({ status: 200, body: { removed: 1 } });
    expect(await prune({ max_degree: 0 })).toMatchObject({ status: 422, body: { errors: [{ field: 'allow_all' }] } });
    expect(await prune({ max_degree: 0, allow_all: true })).toMatchObject({ body: { removed: 1 } });
    expect(await prune({ weight_below: -1 })).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'weight_below' }] },
    });
  });
});

describe('/v1/graph', () => {
  beforeEach(async () => {
    await link(1, 2, { weight: 1, type: 'a' });
    await link(2, 3, { weight: 1, type: 'b' });
    await link(1, 3, { weight: 5, type: 'a' });
  });

  it('finds neighbours, and says when there are others', async () => {
    const { body } = await get('/v1/graph/neighbors?coordinate=1&k_hop=2');
    expect(body).toMatchObject({
      neighbors: [
        { coordinate: [3], hops: 1, direction: 'out', link: { from: [1], to: [3], weight: 5 } },
        { coordinate: [2], hops: 1, direction: 'out', link: { type: 'a' } },
      ],
      has_more: false,
    });
    expect((await get('/v1/graph/neighbors?coordinate=3&direction=in&type=b')).body).toMatchObject({
      neighbors: [{ coordinate: [2], direction: 'in' }],
    });
    expect((await get('/v1/graph/neighbors?coordinate=1&limit=1')).body).toMatchObject({ has_more: true });
    expect((await get('/v1/graph/neighbors?coordinate=4')).body).toEqual({ neighbors: [], has_more: false });
    expect(await get('/v1/graph/neighbors?coordinate=99')).toMatchObject(NOT_FOUND);
  });

  it('finds the shortest path, by weight or by links, within a depth', async () => {
    const ask = (more = '') => get(`/v1/graph/shortest-path?from=1&to=3${more}`);
    expect((await ask()).body).toEqual({
      found: true,
      path: [[1], [2], [3]],
      links: [
        { type: 'a', weight: 1 },
        { type: 'b', weight: 1 },
      ],
      cost: 2,
    });
    expect((await ask('&cost=links')).body).toMatchObject({ path: [[1], [3]], cost: 1 });
    expect((await ask('&max_depth=1')).body).toMatchObject({ path: [[1], [3]], cost: 5 });
    expect((await ask('&type=b')).body).toEqual({ found: false, path: [], links: [], cost: null });
    expect(await get('/v1/graph/shortest-path?from=1&to=99')).toMatchObject(NOT_FOUND);
  });

  it.each([
    ['k_hop', '/v1/graph/neighbors?coordinate=1&k_hop=0'],
    ['k_hop', '/v1/graph/neighbors?coordinate=1&k_hop=7'],
    ['limit', '/v1/graph/neighbors?coordinate=1&limit=0'],
    ['limit', '/v1/graph/neighbors?coordinate=1&limit=1001'],
    ['direction', '/v1/graph/neighbors?coordinate=1&direction=up'],
    ['max_depth', '/v1/graph/shortest-path?from=1&to=2&max_depth=0'],
    ['max_depth', '/v1/graph/shortest-path?from=1&to=2&max_depth=7'],
    ['cost', '/v1/graph/shortest-path?from=1&to=2&cost=love'],
    ['from', '/v1/graph/shortest-path?to=2'],
    ['type', '/v1/graph/shortest-path?from=1&to=2&type='],
  ])('names %s when it is not allowed: %s', async (field, url) => {
    expect(await get(url)).toMatchObject({ status: 422, body: { errors: [{ field }] } });
  });
});
