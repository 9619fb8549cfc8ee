import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { NamespaceMovingError, toNamespace, VersionConflictError } from '@sfm/memory';
import { startHttp, TEAM_TOKEN, TOKEN, type HttpHarness } from '../../../../test/http-harness.js';
import { client } from '../../../../test/requests.js';

let http: HttpHarness;
const { get, post, patch, remove } = client(() => http);

beforeAll(async () => {
  http = await startHttp();
});
beforeEach(() => {
  http.truth.memories.clear();
  http.forgetCalls();
});
afterAll(() => http.close());

describe('POST /v1/memories', () => {
  it('answers 201 with its place and version, then 200 for a replacement', async () => {
    const created = await post('/v1/memories', { coordinate: [1, -0, 2.5], payload: { a: 1 }, importance: 3 });
    expect(created).toMatchObject({ status: 201, body: { coordinate: [1, 0, 2.5], version: 1, created: true } });
    expect(created.headers).toMatchObject({ location: '/v1/memories/1,0,2.5', etag: '"1"' });
    const replaced = await post('/v1/memories', {
      coordinate: '1,0,2.5',
      payload: { a: 2 },
      type: 'semantic',
      expires_at: '2030-01-01T00:00:00+01:00',
    });
    expect(replaced).toMatchObject({ status: 200, body: { version: 2, created: false } });
    expect((await get(String(created.headers['location']))).body).toMatchObject({
      type: 'semantic',
      payload: { a: 2 },
      expires_at: '2029-12-31T23:00:00.000Z',
      version: 2,
    });
  });
});

it('refuses a change for a moment while the namespace is renamed, and says when to try again', async () => {
  for (const [url, place, kind] of [
    [
      '/v1/memories',
      { coordinate: [1] },
      { type: 'urn:sfm:problem:namespace_moving', detail: expect.stringContaining('team_a') },
    ],
    ['/memories', { coord: '1' }, { detail: expect.stringContaining('being renamed') }],
  ] as const) {
    http.truth.failNextWrite(new NamespaceMovingError('team_a'));
    const refused = await post(url, { ...place, payload: {} });
    expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '1' }, body: kind });
  }
});

describe('POST /v1/memories with an expiry', () => {
  it('refuses one that is past or too late to be kept: nobody would ever find the memory', async () => {
    const body = { coordinate: [1], payload: { a: 1 } };
    for (const expires_at of ['2001-01-31T12:00:00Z', new Date(Date.now() - 1000).toISOString()]) {
      const past = await post('/v1/memories', { ...body, expires_at });
      expect(past).toMatchObject({ status: 422, body: { errors: [{ field: 'expires_at' }] } });
      expect(JSON.stringify(past.body)).toContain('must lie in the future');
    }
    const late = await post('/v1/memories', { ...body, expires_at: '9999-12-31T23:59:59-01:00' });
    expect(JSON.stringify(late.body)).toContain('must not lie after the year 9999');
    expect((await get('/v1/memories/1')).status).toBe(404);
  });

  it('refuses what is no time in every unit and notation, and stores the neighbours in a batch', async () => {
    const times = ['   ', '', 'soon', 1_900_000_000, 1_900_000_000_000_000, '1900000000', '2030-02-30T00:00:00Z'];
    for (const expires_at of [...times, '2001-01-31T12:00:00Z']) {
      const memories = [
        { coordinate: [1], payload: { a: 1 }, expires_at },
        { coordinate: [2], payload: { a: 1 } },
      ];
      const { status, body } = await post('/v1/memories:batch', { memories });
      expect({ expires_at, status }).toEqual({ expires_at, status: 200 });
      expect(body).toMatchObject({ results: [{ error: { code: 'invalid_request' } }, { coordinate: [2] }] });
    }
  });
});

describe('POST /v1/memories with an expected version', () => {
  it('hands it on, and answers 409 with what lives there when that is another', async () => {
    const body = { coordinate: [1], payload: { a: 1 }, expected_version: 3 };
    await post('/v1/memories', body);
    expect(http.truth.lastQuery).toMatchObject([{ expectedVersion: 3 }]);
    http.truth.failure = new VersionConflictError({
      namespace: toNamespace('api_ns'),
      key: '1',
      expected: 3,
      actual: 4,
    });
    const refused = await post('/v1/memories', body);
    http.truth.failure = undefined;
    expect(refused).toMatchObject({ status: 409, body: { type: 'urn:sfm:problem:version_conflict' } });
    expect(refused.body).toMatchObject({ detail: expect.stringContaining('version 4 lives there') });
  });

  it.each([-1, 1.5, '2', null])('refuses %j', async (version) => {
    const refused = await post('/v1/memories', { coordinate: [1], payload: {}, expected_version: version });
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ field: 'expected_version' }] } });
  });
});

describe('GET /v1/memories', () => {
  beforeEach(async () => {
    for (const n of [1, 2, 3]) await post('/v1/memories', { coordinate: [n], payload: { n } });
  });

  it('pages with opaque cursors that belong to their namespace', async () => {
    const first = (await get('/v1/memories?limit=2')).body as { memories: unknown[]; next_cursor: string };
    expect(first.memories).toHaveLength(2);
    const second = await get(`/v1/memories?limit=2&cursor=${first.next_cursor}`);
    expect(second).toMatchObject({ status: 200, body: { memories: [{ coordinate: [3] }], next_cursor: null } });
    const elsewhere = await get(`/v1/memories?cursor=${first.next_cursor}`, { 'x-soma-namespace': 'team_a' });
    expect(elsewhere).toMatchObject({
      status: 404,
      body: { type: 'urn:sfm:problem:unknown_cursor', errors: [{ field: 'cursor' }] },
    });
    const again = (await get('/v1/memories?limit=2')).body as { next_cursor: string };
    expect(again.next_cursor).not.toBe(first.next_cursor);
  });

  it('hands filters on', async () => {
    const filter = encodeURIComponent('{"tags":{"contains":"x"}}');
    await get(
      `/v1/memories?type=semantic&created_from=2026-01-01T00:00:00Z&created_before=2026-02-01T00:00:00Z&filter=${filter}`,
    );
    expect(http.truth.lastQuery).toEqual({
      limit: 50,
      filter: {
        type: 'semantic',
        createdFrom: Date.UTC(2026, 0, 1),
        createdBefore: Date.UTC(2026, 1, 1),
        payload: [{ path: ['tags'], contains: 'x' }],
      },
      valid: { atMs: expect.any(Number), withSuperseded: false },
    });
  });
});

describe('one memory', () => {
  it('is read by its coordinate, whatever way it is written', async () => {
    await post('/v1/memories', { coordinate: [1, 2], payload: { mine: true } });
    const { status, body, headers } = await get('/v1/memories/1.0,%202');
    expect(status).toBe(200);
    expect(headers['etag']).toBe('"1"');
    expect(body).toEqual({
      coordinate: [1, 2],
      type: 'episodic',
      payload: { mine: true },
      importance: null,
      importance_norm: 0,
      version: 1,
      created_at: '2026-03-01T10:00:00.000Z',
      updated_at: '2026-03-01T10:00:00.000Z',
      content_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      last_accessed_at: null,
      access_count: 0,
      expires_at: null,
    });
  });

  it('is deleted with 204, and 404 afterwards', async () => {
    await post('/v1/memories', { coordinate: [1, 2], payload: {} });
    expect(await remove('/v1/memories/1,2')).toMatchObject({ status: 204, body: '' });
    expect(await remove('/v1/memories/1,2')).toMatchObject({
      status: 404,
      body: { type: 'urn:sfm:problem:memory_not_found' },
    });
    expect((await get('/v1/memories/1,2')).status).toBe(404);
  });

  it('is not there for other namespaces', async () => {
    await post('/v1/memories', { coordinate: [1, 2], payload: {} });
    expect((await get('/v1/memories/1,2', { authorization: `Bearer ${TEAM_TOKEN}` })).status).toBe(404);
  });
});

describe('POST /v1/memories:batch', () => {
  it('keeps the good memories and tells for each what became of it', async () => {
    const memories = [
      { coordinate: [1], payload: {} },
      { coordinate: 'x', payload: {} },
      { coordinate: [2], payload: { a: '\u0000' } },
      'nonsense',
      { coordinate: [3], payload: {} },
    ];
    const { status, body } = await post('/v1/memories:batch', { memories });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      stored: 2,
      failed: 3,
      results: [
        { index: 0, status: 201, coordinate: [1], version: 1 },
        { index: 1, status: 422, error: { code: 'invalid_coordinate', errors: [{ field: 'coordinate' }] } },
        { index: 2, status: 422, error: { errors: [{ field: 'payload.a' }] } },
        { index: 3, status: 422, error: { errors: [{ field: 'body' }] } },
        { index: 4, status: 201, coordinate: [3] },
      ],
    });
    expect([...http.truth.memories.keys()].sort()).toEqual(['api_ns/1', 'api_ns/3']);
  });
});

describe('PATCH /v1/memories/{coordinate}', () => {
  it('changes what it names and leaves the rest, digit by digit', async () => {
    const sent = '{"coordinate":[5],"payload":{"n":1.0,"metadata":{"a":1,"b":2.50}},"type":"semantic","importance":3}';
    await post('/v1/memories', sent);
    const changed = await patch('/v1/memories/5', { metadata: { a: null, c: { d: 1 } }, expected_version: 1 });
    expect(changed).toMatchObject({ status: 200, body: { coordinate: [5], version: 2, created: false } });
    expect(changed.headers['etag']).toBe('"2"');
    const { body } = await get('/v1/memories/5');
    expect(body).toMatchObject({ type: 'semantic', importance: 3, expires_at: null, version: 2 });
    const raw = await http.app.inject({ url: '/v1/memories/5', headers: { authorization: `Bearer ${TOKEN}` } });
    expect(raw.body).toContain('"payload":{"n":1.0,"metadata":{"b":2.50,"c":{"d":1}}}');
    await patch('/v1/memories/5', { importance: 8, expires_at: '2099-01-01T00:00:00Z' });
    expect((await get('/v1/memories/5')).body).toMatchObject({ importance: 8, expires_at: '2099-01-01T00:00:00.000Z' });
    await patch('/v1/memories/5', { importance: null, expires_at: null, metadata: null });
    expect((await get('/v1/memories/5')).body).toMatchObject({ importance: null, expires_at: null, payload: { n: 1 } });
  });

  it('is tried again when others write meanwhile, unless it names a version', async () => {
    await post('/v1/memories', { coordinate: [6], payload: {} });
    const conflict = new VersionConflictError({ namespace: toNamespace('api_ns'), key: '6', expected: 1, actual: 2 });
    http.truth.failNextWrite(conflict);
    expect(await patch('/v1/memories/6', { importance: 1 })).toMatchObject({ status: 200 });
    http.truth.failNextWrite(conflict);
    expect(await patch('/v1/memories/6', { importance: 1, expected_version: 2 })).toMatchObject({
      status: 409,
      body: { type: 'urn:sfm:problem:version_conflict' },
    });
    expect(await patch('/v1/memories/6', { importance: 1, expected_version: 7 })).toMatchObject({ status: 409 });
  });

  it.each([
    {},
    { importance: '1' },
    { metadata: [] },
    { payload: {} },
    { expires_at: '2001-01-01T00:00:00Z' },
    { expected_version: 1 },
    { importance: 1, expected_version: 0 },
  ])('refuses %j', async (body) => {
    await post('/v1/memories', { coordinate: [7], payload: {} });
    expect(await patch('/v1/memories/7', body)).toMatchObject({ status: 422 });
  });

  it('answers 404 where nothing lives', async () => {
    expect(await patch('/v1/memories/404', { importance: 1 })).toMatchObject({ status: 404 });
  });
});
