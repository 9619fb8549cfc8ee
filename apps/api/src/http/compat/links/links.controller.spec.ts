import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { GraphLimitError, toNamespace } from '@sfm/memory';
import { startHttp, TEAM_TOKEN, type HttpHarness } from '../../../../test/http-harness.js';
import { client } from '../../../../test/requests.js';

let http: HttpHarness;
const { get, post } = client(() => http);

beforeAll(async () => {
  http = await startHttp();
  for (const coord of ['1,2,3', '4,5,6', '7,8,9']) await post('/store', { coord, payload: { text: coord } });
});
beforeEach(() => {
  http.links.links = [];
  http.forgetCalls();
});
afterAll(() => http.close());

const link = (from_coord: string, to_coord: string, more: object = {}) =>
  post('/link', { from_coord, to_coord, ...more });

describe('the older routes', () => {
  it('link, and answer pairs and edges in the order in which they were linked', async () => {
    expect(await link('1,2,3', '4.0, 5.0,6')).toMatchObject({ status: 200, body: { ok: true } });
    expect((await link('1,2,3', '9,9,9', { type: 'about', weight: '0.5', universe: 'real' })).body).toEqual({
      ok: true,
    });
    const timestamp = Date.parse('2026-03-01T10:00:00Z') / 1000;
    expect((await get('/neighbors?coord=1,2,3')).body).toEqual({
      neighbors: [
        [[4, 5, 6], { to: [4, 5, 6], type: 'related', timestamp, weight: 1 }],
        [[9, 9, 9], { to: [9, 9, 9], type: 'about', timestamp, weight: 0.5 }],
      ],
    });
    expect((await get('/neighbors?coord=1,2,3&link_type=about&limit=5')).body).toMatchObject({
      neighbors: [[[9, 9, 9], { type: 'about' }]],
    });
    const edges = [
      { from: [1, 2, 3], to: [4, 5, 6], type: 'related', weight: 1 },
      { from: [1, 2, 3], to: [9, 9, 9], type: 'about', weight: 0.5 },
    ];
    for (const body of [{}, { type: null, limit: 0 }, { type: '', limit: -1 }, { limit: 50 }]) {
      expect((await post('/neighbors', { from_coord: [1, 2, 3], ...body })).body).toEqual({ edges });
    }
    expect((await post('/neighbors', { from_coord: '1,2,3', type: 'about', limit: 1 })).body).toEqual({
      edges: edges.slice(1),
    });
    expect((await get('/neighbors?coord=1,2,3&limit=0')).body).toEqual({ neighbors: [] });
    expect((await get('/neighbors?coord=1,2,3&limit=1')).body).toMatchObject({ neighbors: [[[4, 5, 6], {}]] });
  });

  it('want a memory where a link begins, and none where it leads', async () => {
    expect(await link('9,9,9', '1,2,3')).toMatchObject({ status: 404, body: { detail: 'Memory not found' } });
    expect(await link('1,2,3', '9,9,9')).toMatchObject({ status: 200 });
  });

  it('answer nothing where nothing is known', async () => {
    expect(await get('/neighbors?coord=0,0,0')).toMatchObject({ status: 200, body: { neighbors: [] } });
    expect(await post('/neighbors', { from_coord: [0] })).toMatchObject({ status: 200, body: { edges: [] } });
    expect(await get('/shortest_path?frm=0,0,0&to=1,2,3')).toMatchObject({ status: 200, body: { path: [] } });
    expect((await post('/unlink', { from_coord: [0], to_coord: [1] })).body).toEqual({ ok: true, removed: 0 });
    expect((await post('/prune', { from_coord: [0], weight_below: 1 })).body).toEqual({ removed: 0 });
  });

  it('find the path whose links weigh least, along their direction and by type', async () => {
    await link('1,2,3', '4,5,6', { weight: 5 });
    await link('1,2,3', '7,8,9', { type: 'a' });
    await link('7,8,9', '4,5,6', { type: 'b' });
    const paths = async (query: string) => (await get(`/shortest_path?${query}`)).body;
    expect(await paths('frm=1,2,3&to=4,5,6')).toEqual({ path: [[1, 2, 3], [7, 8, 9], [4, 5, 6]] }); // prettier-ignore
    expect(await paths('frm=1,2,3&to=4,5,6&link_type=related')).toEqual({ path: [[1, 2, 3], [4, 5, 6]] }); // prettier-ignore
    expect(await paths('frm=4,5,6&to=1,2,3')).toEqual({ path: [] });
    expect(await paths('frm=1,2,3&to=1,2,3')).toEqual({ path: [[1, 2, 3]] });
  });

  it('unlink one type or all, and prune the weakest', async () => {
    for (const [to, type, weight] of [
      ['4,5,6', 'a', 1],
      ['4,5,6', 'b', 2],
      ['7,8,9', 'a', 3],
    ] as const)
      // prettier-ignore
      await link('1,2,3', to, { type, weight });
    const ends = { from_coord: [1, 2, 3], to_coord: [4, 5, 6] };
    expect((await post('/unlink', { ...ends, type: 'b' })).body).toEqual({ ok: true, removed: 1 });
    const prune = (bounds: object) => post('/prune', { from_coord: [1, 2, 3], type: null, ...bounds });
    expect((await prune({ weight_below: null, max_degree: null })).body).toEqual({ removed: 0 });
    expect((await prune({ weight_below: 2, max_degree: null })).body).toEqual({ removed: 1 });
    const all = await prune({ weight_below: null, max_degree: 0 });
    expect(all).toMatchObject({ status: 422, body: { detail: [{ loc: ['body', 'allow_all'] }] } });
    expect((await prune({ weight_below: 99, max_degree: null, allow_all: true })).body).toEqual({ removed: 1 });
  });

  it.each([
    ['weight', { weight: -1 }],
    ['weight', { weight: 'NaN' }],
    ['weight', { weight: 'much' }],
    ['type', { type: 'x'.repeat(200) }],
    ['type', { type: 'a\u0000' }],
  ])('name %s when it is not allowed: %j', async (field, wrong) => {
    const refused = await link('1,2,3', '4,5,6', wrong);
    expect(refused).toMatchObject({ status: 422, body: { detail: [{ loc: ['body', field] }] } });
    expect(http.links.links).toEqual([]);
  });

  it.each([
    ['weight_below', -1],
    ['weight_below', 'NaN'],
    ['max_degree', -1],
    ['max_degree', 1.5],
  ])('name %s of a prune when it is %s', async (field, value) => {
    const refused = await post('/prune', { from_coord: [1, 2, 3], [field]: value });
    expect(refused).toMatchObject({ status: 422, body: { detail: [{ loc: ['body', field] }] } });
  });

  it('say what is wrong with a coordinate', async () => {
    expect((await link('a', '4,5,6')).body).toMatchObject({ detail: expect.stringContaining('Invalid from_coord') });
    expect((await get('/neighbors?coord=a')).status).toBe(400);
    expect((await post('/neighbors', { from_coord: [] })).status).toBe(400);
  });

  it('keep to the namespace', async () => {
    await link('1,2,3', '4,5,6');
    const team = { authorization: `Bearer ${TEAM_TOKEN}` };
    expect((await get('/neighbors?coord=1,2,3', team)).body).toEqual({ neighbors: [] });
    expect(http.links.links.map(({ namespace }) => namespace)).toEqual([toNamespace('api_ns')]);
  });
});

describe('the newer routes', () => {
  const graphLink = (from_coord: string, to_coord: string, more: object = {}) =>
    post('/graph/link', { from_coord, to_coord, ...more });

  it('link any two coordinates, and answer what was sent', async () => {
    const linked = await graphLink('50,0.1,6e20', '51', { link_type: null, strength: 0.5, metadata: { why: 'x' } });
    expect(linked).toMatchObject({ status: 200 });
    expect(linked.body).toEqual({ from_coord: '50,0.1,6e20', to_coord: '51', link_type: 'related', ok: true });
    expect(await graphLink('50,0.1,6e20', '51', { strength: 0.75, metadata: null })).toMatchObject({ status: 200 });
    expect(http.links.links).toMatchObject([{ weight: 0.75, metadata: {}, version: 2 }]);
  });

  it('answer neighbours with their coordinate as Python writes it, the last linked first', async () => {
    await graphLink('1,2,3', '4,5,6', { metadata: { why: 'x' } });
    await graphLink('1,2,3', '0.1,-6e20,0.00001', { link_type: 'about', strength: 2 });
    const { body } = await get('/graph/neighbors?coord=1.0,2.0,3.0');
    const way = { hops: 1, direction: 'out' };
    const first = { coord: '0.1,-6e+20,1e-05', coordinate: [0.1, -6e20, 0.00001], metadata: {}, ...way };
    expect(body).toEqual({
      coord: '1.0,2.0,3.0',
      neighbors: [
        { ...first, link_type: 'about', strength: 2 },
        {
          coord: '4.0,5.0,6.0',
          coordinate: [4, 5, 6],
          link_type: 'related',
          strength: 1,
          metadata: { why: 'x' },
          ...way,
        },
      ],
    });
  });

  it('follow links as far and as they are asked to', async () => {
    await graphLink('1', '2');
    await graphLink('2', '3');
    await graphLink('4', '1', { link_type: 'x' });
    const near = async (query: string) => {
      const { body } = await get(`/graph/neighbors?coord=1&${query}`);
      return (body as { neighbors: { coord: string }[] }).neighbors.map(({ coord }) => coord);
    };
    expect(await near('')).toEqual(['2.0']);
    expect(await near('k_hop=2')).toEqual(['2.0', '3.0']);
    expect(await near('k_hop=2&offset=1&limit=1')).toEqual(['3.0']);
    expect(await near('direction=in')).toEqual(['4.0']);
    expect(await near('direction=both')).toEqual(['4.0', '2.0']);
    expect(await near('direction=both&link_type=x')).toEqual(['4.0']);
    expect(await near('limit=0')).toEqual([]);
    const cut = await get('/graph/neighbors?coord=1&k_hop=99&limit=5000');
    expect(cut.headers['warning']).toBe('299 - "k_hop: cut to 6", 299 - "limit: cut to 1000"');
    expect((await get('/graph/neighbors?coord=1&direction=up')).status).toBe(422);
  });

  it('may lead to where they begin, as they always could, and are no way anywhere', async () => {
    expect((await graphLink('8', '8.0', { link_type: 'me' })).status).toBe(200);
    expect((await post('/link', { from_coord: '1,2,3', to_coord: '1.0,2.0,3.0' })).body).toEqual({ ok: true });
    const near = async (direction: string) =>
      (await get(`/graph/neighbors?coord=8&direction=${direction}&k_hop=2`)).body as { neighbors: { coord: string }[] };
    for (const direction of ['out', 'in', 'both']) {
      expect((await near(direction)).neighbors.map(({ coord }) => coord)).toEqual(['8.0']);
    }
    await graphLink('8', '9');
    expect((await get('/graph/path?from_coord=8&to_coord=9')).body).toMatchObject({ path: ['8.0', '9.0'] });
  });

  it('find no path, and say why, where too much would have to be read', async () => {
    const limit = jest.spyOn(http.links, 'cheapestPath').mockResolvedValue({ looked: 1_000_000, isFinal: false });
    try {
      const { status, body, headers } = await get('/graph/path?from_coord=1&to_coord=3&max_length=5');
      expect({ status, body }).toMatchObject({ status: 200, body: { found: false, path: [], link_types: [] } });
      expect(headers['warning']).toContain('299 - "path: more than 20000');
    } finally {
      limit.mockRestore();
    }
    const steps = jest.spyOn(http.links, 'steps').mockRejectedValue(new GraphLimitError(10_000));
    try {
      const { status, body, headers } = await get('/shortest_path?frm=1&to=3');
      expect({ status, body }).toEqual({ status: 200, body: { path: [] } });
      expect(headers['warning']).toContain('more than 10000');
    } finally {
      steps.mockRestore();
    }
  });

  it('find the path with the fewest links, and say so when there is none', async () => {
    await graphLink('1', '2', { strength: 1, link_type: 'a' });
    await graphLink('2', '3', { strength: 1, link_type: 'b' });
    await graphLink('1', '3', { strength: 50, link_type: 'c' });
    const ends = { from_coord: '1', to_coord: '3.0' };
    const ask = async (more = '') => (await get(`/graph/path?from_coord=1&to_coord=3.0${more}`)).body;
    expect(await ask()).toEqual({ ...ends, path: ['1.0', '3.0'], link_types: ['c'], found: true });
    const none = { ...ends, path: [], link_types: [], found: false };
    expect(await ask('&link_type=a&max_length=5')).toEqual(none);
    expect((await get('/graph/path?from_coord=70&to_coord=71')).body).toMatchObject({ path: [], found: false });
  });

  it.each([
    ['strength', { strength: -0.5 }],
    ['link_type', { link_type: 'a\u0000' }],
    ['link_type', { link_type: 'x'.repeat(129) }],
    ['metadata.a', { metadata: { a: '\u0000' } }],
    ['metadata', { metadata: 'text' }],
  ])('name %s when it is not allowed', async (field, wrong) => {
    const refused = await graphLink('1', '2', wrong);
    expect(refused).toMatchObject({ status: 422, body: { detail: [{ loc: ['body', ...field.split('.')] }] } });
  });
});
