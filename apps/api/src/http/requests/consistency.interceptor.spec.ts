import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startHttp, TEAM_TOKEN, type HttpHarness } from '../../../test/http-harness.js';
import { client, type Answer } from '../../../test/requests.js';

let http: HttpHarness;
const { get, post, patch, remove, send } = client(() => http);
const tokenOf = ({ headers }: Answer) => headers['x-soma-consistency'];
const MEMORY = { coordinate: [1, 2], payload: { text: 'kettle' } };

const EXPORT = '{"format":"somafractalmemory","version":1,"include":[]}\n';
const undone = async () => {
  const { headers } = await post('/v1/consolidations', { window_seconds: 3600, min_sources: 9 });
  return remove(String(headers['location']));
};

beforeAll(async () => {
  http = await startHttp();
});
afterAll(() => http.close());
beforeEach(async () => {
  http.truth.positions.standingOf = 'seen';
  await post('/v1/memories', MEMORY);
  await post('/v1/memories', { ...MEMORY, coordinate: [7, 7] });
});

describe('every write gives a token', () => {
  it.each<[string, () => Promise<Answer>]>([
    ['POST /v1/memories', () => post('/v1/memories', MEMORY)],
    ['POST /v1/memories:batch', () => post('/v1/memories:batch', { memories: [MEMORY] })],
    ['an empty bulk', () => post('/store_bulk', { items: [] })],
    ['PATCH /v1/memories', () => patch('/v1/memories/1,2', { importance: 3 })],
    ['DELETE /v1/memories', () => remove('/v1/memories/1,2')],
    ['POST /v1/memories/…/restore', () => post('/v1/memories/7,7/restore', { version: 1 })],
    ['POST /v1/memories/…/outcome', () => post('/v1/memories/7,7/outcome', { outcome: 'boiled' })],
    ['POST /v1/consolidations', () => post('/v1/consolidations', { window_seconds: 60, min_sources: 9 })],
    ['DELETE /v1/consolidations', () => undone()],
    ['POST /v1/import', () => post('/v1/import?checksums=ignored', EXPORT, { 'content-type': 'application/x-ndjson' })],
    ['PUT /v1/namespaces/…/retention', () => send('PUT', '/v1/namespaces/api_ns/retention', { max_memories: 9 })],
    ['POST /v1/lifecycle:run', () => post('/v1/lifecycle:run', {})],
    ['DELETE /v1/namespaces', () => remove('/v1/namespaces/api_ns?confirm=api_ns')],
    ['POST /v1/links', () => post('/v1/links', { from: [1, 2], to: [1, 2, 3] })],
    ['DELETE /v1/links', () => remove('/v1/links?from=1,2&to=9')],
    ['POST /v1/links/prune', () => post('/v1/links/prune', { from: [1, 2], max_degree: 1 })],
    ['POST /store', () => post('/store', { coord: '1,2', payload: {} })],
    ['POST /store_bulk', () => post('/store_bulk', { items: [{ coord: '1,2', payload: {} }] })],
    ['POST /remember', () => post('/remember', { coord: '1,2', payload: {} })],
    ['POST /memories', () => post('/memories', { coord: '1,2', payload: {} })],
    ['DELETE /memories', () => remove('/memories/1,2')],
    ['POST /link', () => post('/link', { from_coord: '1,2', to_coord: '1,2,3' })],
    ['POST /unlink', () => post('/unlink', { from_coord: '1,2', to_coord: '9,9' })],
    ['POST /graph/link', () => post('/graph/link', { from_coord: '5,5', to_coord: '6,6' })],
  ])('%s', async (_, write) => {
    if (_.includes('links')) await post('/v1/memories', { ...MEMORY, coordinate: [1, 2, 3] });
    const answer = await write();
    expect(answer.status).toBeLessThan(300);
    expect(tokenOf(answer)).toMatch(/^[\w-]{60,}$/);
    expect((await get('/v1/memories', { 'x-soma-consistency': String(tokenOf(answer)) })).status).toBe(200);
  });

  it('one whose answer is repeated too', async () => {
    const again = () => post('/v1/memories', MEMORY, { 'idempotency-key': 'once' });
    expect([tokenOf(await again()), tokenOf(await again())]).toEqual([expect.any(String), expect.any(String)]);
  });

  it('where the store says where it stands, of that very write', async () => {
    http.truth.positions.given = { seq: 42, eventId: '00000000-0000-4000-8000-00000000002a' };
    const token = String(tokenOf(await post('/v1/memories', MEMORY)));
    http.truth.positions.given = undefined;
    expect((await get('/v1/memories/1,2', { 'x-soma-consistency': token })).status).toBe(200);
    expect(http.truth.positions.asked.at(-1)).toMatchObject({ seq: 42 });
  });

  it.each<['DELETE' | 'PUT' | 'POST', string, object | undefined, string]>([
    ['DELETE', '/v1/namespaces/changed?confirm=changed', undefined, 'changed'],
    ['PUT', '/v1/namespaces/changed/retention', {}, 'changed'],
    ['POST', '/v1/namespaces/changed/clone', { to: 'other' }, 'other'],
    ['POST', '/v1/namespaces/changed/rename', { to: 'third' }, 'third'],
  ])('%s %s of the namespace that it changed', async (method, url, body, changed) => {
    const answer = await send(method, url, body);
    expect(answer.status).toBe(200);
    const token = { 'x-soma-consistency': String(tokenOf(answer)) };
    expect((await get('/v1/memories', { ...token, 'x-soma-namespace': changed })).status).toBe(200);
    expect((await get('/v1/memories', token)).status).toBe(422);
  });

  it('no read and no refused write does', async () => {
    for (const answer of [
      await get('/v1/memories/1,2'),
      await post('/v1/recall', { query: 'x' }),
      await post('/v1/memories', { coordinate: [] }),
      await post('/v1/lifecycle:run', { dry_run: true }),
      await post('/v1/consolidations', { window_seconds: 3600, dry_run: true }),
      await remove('/v1/namespaces/api_ns?dry_run=true'),
      await get('/v1/memories:recent'),
      await get('/health'),
    ]) {
      expect(tokenOf(answer)).toBeUndefined();
    }
  });
});

describe('a request that carries a token', () => {
  const written = async () => String(tokenOf(await post('/v1/memories', MEMORY)));
  const READS: [string, (headers: Record<string, string>) => Promise<Answer>][] = [
    ['GET /v1/memories/…', (headers) => get('/v1/memories/1,2', headers)],
    ['POST /v1/recall', (headers) => post('/v1/recall', { query: 'x' }, headers)],
    ['POST /v1/recall:batch', (headers) => post('/v1/recall:batch', { questions: [{ query: 'x' }] }, headers)],
    ['POST /v1/coordinates:nearest', (headers) => post('/v1/coordinates:nearest', { coordinate: [1] }, headers)],
    ['POST /recall', (headers) => post('/recall', { query: 'x' }, headers)],
    ['POST /memories/search', (headers) => post('/memories/search', { query: 'x' }, headers)],
    ['GET /graph/neighbors', (headers) => get('/graph/neighbors?coord=1,2', headers)],
  ];

  it.each(READS)('is answered when that write is seen, and else refused in a moment: %s', async (_, read) => {
    const headers = { 'x-soma-consistency': await written() };
    expect((await read(headers)).status).toBe(200);
    http.truth.positions.standingOf = 'awaited';
    const { status, headers: answered, body } = await read(headers);
    expect([status, answered['retry-after']]).toEqual([503, '1']);
    expect(JSON.stringify(body)).toMatch(/X-Soma-Consistency/);
    http.truth.positions.standingOf = 'unknown';
    expect(await read(headers)).toMatchObject({ status: 422 });
  });

  it('waits for the write', async () => {
    const headers = { 'x-soma-consistency': await written() };
    http.truth.positions.standingOf = 'awaited';
    const asked = http.truth.positions.asked.length;
    const answer = get('/v1/memories/1,2', headers);
    await http.truth.positions.whenAsked(asked + 1);
    http.truth.positions.standingOf = 'seen';
    expect((await answer).status).toBe(200);
  });

  it('is told which header is wrong, and how', async () => {
    const token = await written();
    const team = { authorization: `Bearer ${TEAM_TOKEN}`, 'x-soma-namespace': 'team_a' };
    for (const [headers, why] of [
      [{ 'x-soma-consistency': 'nonsense' }, 'unchanged'],
      [{ 'x-soma-consistency': '' }, 'unchanged'],
      [{ 'x-soma-consistency': `${token.slice(0, -2)}AA` }, 'unchanged'],
      [{ ...team, 'x-soma-consistency': token }, 'in this namespace'],
    ] as const) {
      expect(await get('/v1/memories/1,2', headers)).toMatchObject({
        status: 422,
        body: {
          type: 'urn:sfm:problem:unknown_write',
          errors: [{ field: 'X-Soma-Consistency', message: expect.stringContaining(why) }],
        },
      });
    }
    expect(await send('POST', '/recall', { query: 'x' }, { 'x-soma-consistency': 'nonsense' })).toMatchObject({
      status: 422,
      body: { detail: [{ loc: ['header', 'X-Soma-Consistency'] }] },
    });
    http.truth.positions.standingOf = 'unknown';
    expect(await get('/v1/memories/1,2', { 'x-soma-consistency': token })).toMatchObject({
      status: 422,
      body: { detail: expect.stringContaining('the database does not have') },
    });
  });
});

it('states the index lag of compatible recalls in a header', async () => {
  http.recall.result = { hits: [], degraded: [], indexLag: { events: 4, seconds: 1.5 } };
  for (const answer of [
    await post('/recall', { query: 'x' }),
    await get('/recall?query=x'),
    await post('/recall_batch', { queries: ['x', 'y'] }),
    await post('/recall_with_scores', { query: 'x' }),
    await post('/memories/search', { query: 'x' }),
  ]) {
    expect(answer.headers['x-soma-index-lag']).toBe('events=4, seconds=1.5');
  }
  expect((await post('/recall', { query: '' })).headers['x-soma-index-lag']).toBe('events=0, seconds=0');
});
