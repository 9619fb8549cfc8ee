import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startHttp, TEAM_TOKEN, type HttpHarness } from '../../../../test/http-harness.js';
import { client } from '../../../../test/requests.js';

interface Page {
  readonly versions: readonly { readonly version: number; readonly payload: unknown; readonly withheld: unknown }[];
  readonly next_cursor: string | null;
}

let http: HttpHarness;
const { get, post, remove } = client(() => http);
const versionsOf = (body: unknown) => (body as Page).versions;

beforeAll(async () => {
  http = await startHttp();
});
afterAll(() => http.close());

describe('GET /v1/memories/{coordinate}/history', () => {
  it('lists every version, newest first, with what it held', async () => {
    await post('/v1/memories', { coordinate: [1, 1], payload: { a: 1 }, importance: 3 });
    await post('/v1/memories', { coordinate: [1, 1], payload: { a: 2 }, expires_at: '2099-01-01T00:00:00Z' });
    const { status, body } = await get('/v1/memories/1,1/history');
    expect(status).toBe(200);
    expect(body).toEqual({
      coordinate: [1, 1],
      versions: [
        {
          version: 2,
          kind: 'updated',
          at: '2026-03-01T10:00:00.000Z',
          type: 'episodic',
          payload: { a: 2 },
          importance: null,
          importance_norm: 0,
          content_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
          expires_at: '2099-01-01T00:00:00.000Z',
          withheld: null,
        },
        expect.objectContaining({ version: 1, kind: 'created', payload: { a: 1 }, importance: 3, expires_at: null }),
      ],
      next_cursor: null,
    });
  });

  it('pages with opaque cursors that belong to the history of one coordinate', async () => {
    for (const n of [1, 2, 3]) await post('/v1/memories', { coordinate: [1, 2], payload: { n } });
    await post('/v1/memories', { coordinate: [1, 3], payload: {} });
    const first = (await get('/v1/memories/1,2/history?limit=2')).body as Page;
    expect(first.versions.map(({ version }) => version)).toEqual([3, 2]);
    const cursor = String(first.next_cursor);
    const second = await get(`/v1/memories/1,2/history?limit=2&cursor=${cursor}`);
    expect(second).toMatchObject({ status: 200, body: { versions: [{ version: 1 }], next_cursor: null } });
    const ofList = ((await get('/v1/memories?limit=1')).body as { next_cursor: string }).next_cursor;
    for (const url of [
      `/v1/memories/1,3/history?cursor=${cursor}`,
      `/v1/memories?cursor=${cursor}`,
      `/v1/memories/1,2/history?cursor=${ofList}`,
    ]) {
      expect(await get(url)).toMatchObject({ status: 404, body: { type: 'urn:sfm:problem:unknown_cursor' } });
    }
  });

  it('tells that a memory was deleted, and nothing of what it held', async () => {
    await post('/v1/memories', { coordinate: [1, 4], payload: { secret: 'kettle' }, importance: 3 });
    await remove('/v1/memories/1,4');
    const { status, body } = await get('/v1/memories/1,4/history');
    expect(status).toBe(200);
    expect(versionsOf(body)).toMatchObject([
      { version: 2, kind: 'deleted', payload: null, withheld: null },
      { version: 1, kind: 'created', payload: null, importance: null, content_hash: null, withheld: 'deleted' },
    ]);
    await post('/v1/memories', { coordinate: [1, 4], payload: { other: 'life' } });
    const after = (await get('/v1/memories/1,4/history')).body;
    expect(versionsOf(after)).toMatchObject([{ payload: { other: 'life' } }, { kind: 'deleted' }, { payload: null }]);
    expect(JSON.stringify([body, after])).not.toContain('kettle');
  });

  it('answers 404 where nothing was ever written, and in other namespaces', async () => {
    await post('/v1/memories', { coordinate: [1, 5], payload: {} });
    for (const answer of [
      await get('/v1/memories/404/history'),
      await get('/v1/memories/1,5/history', { authorization: `Bearer ${TEAM_TOKEN}` }),
    ]) {
      expect(answer).toMatchObject({ status: 404, body: { type: 'urn:sfm:problem:memory_not_found' } });
    }
  });
});

describe('GET /v1/memories/{coordinate}/diff', () => {
  it('says what turns the one version into the other, and back', async () => {
    await post('/v1/memories', { coordinate: [2, 1], payload: { a: 1, 'x/y': [1, 2, 3], gone: null } });
    await post('/v1/memories', {
      coordinate: [2, 1],
      payload: { a: 2, 'x/y': [1, 5], come: { b: true } },
      type: 'semantic',
      importance: 4,
    });
    const there = await get('/v1/memories/2,1/diff?from=1&to=2');
    expect(there).toMatchObject({ status: 200, body: { coordinate: [2, 1], from: 1, to: 2 } });
    expect((there.body as { changes: unknown }).changes).toEqual([
      { op: 'replace', path: '/type', value: 'semantic', was: 'episodic' },
      { op: 'replace', path: '/importance', value: 4, was: null },
      { op: 'remove', path: '/payload/gone', was: null },
      { op: 'replace', path: '/payload/a', value: 2, was: 1 },
      { op: 'replace', path: '/payload/x~1y/1', value: 5, was: 2 },
      { op: 'remove', path: '/payload/x~1y/2', was: 3 },
      { op: 'add', path: '/payload/come', value: { b: true } },
    ]);
    expect(await get('/v1/memories/2,1/diff?from=2&to=2')).toMatchObject({ status: 200, body: { changes: [] } });
    const back = (await get('/v1/memories/2,1/diff?from=2&to=1')).body as { changes: readonly unknown[] };
    expect(back.changes).toHaveLength(7);
  });

  it.each(['from=1', 'from=0&to=1', 'from=x&to=1', 'from=1&to=2&more=3', 'from=1&to=1.5'])(
    'refuses %s',
    async (query) => {
      expect(await get(`/v1/memories/2,1/diff?${query}`)).toMatchObject({ status: 422 });
    },
  );

  it('answers 404 for a version that never was, and 410 for one that has no content any more', async () => {
    await post('/v1/memories', { coordinate: [2, 2], payload: { secret: 'kettle' } });
    expect(await get('/v1/memories/2,2/diff?from=1&to=9')).toMatchObject({
      status: 404,
      body: { type: 'urn:sfm:problem:version_not_found' },
    });
    await remove('/v1/memories/2,2');
    for (const [from, why] of [
      [1, 'deleted or has expired'],
      [2, 'is a deletion'],
    ] as const) {
      const refused = await get(`/v1/memories/2,2/diff?from=${from}&to=1`);
      expect(refused).toMatchObject({ status: 410, body: { type: 'urn:sfm:problem:version_unavailable' } });
      expect(refused.body).toMatchObject({ detail: expect.stringContaining(why) });
    }
    expect((await get('/v1/memories/404/diff?from=1&to=1')).status).toBe(404);
  });
});

describe('POST /v1/memories/{coordinate}/restore', () => {
  const restore = (at: string, body: object, headers = {}) => post(`/v1/memories/${at}/restore`, body, headers);

  it('makes a former version the newest, with all that it held', async () => {
    await post('/v1/memories', {
      coordinate: [3, 1],
      payload: { a: 1 },
      type: 'semantic',
      importance: 5,
      expires_at: '2099-01-01T00:00:00Z',
    });
    await post('/v1/memories', { coordinate: [3, 1], payload: { a: 2 } });
    const restored = await restore('3,1', { version: 1, expected_version: 2 });
    expect(restored).toMatchObject({ status: 200, body: { coordinate: [3, 1], version: 3, restored: 1 } });
    expect(restored.headers['etag']).toBe('"3"');
    expect((await get('/v1/memories/3,1')).body).toMatchObject({
      payload: { a: 1 },
      type: 'semantic',
      importance: 5,
      expires_at: '2099-01-01T00:00:00.000Z',
      version: 3,
    });
  });

  it('refuses another version than is expected, a version that never was, and a place where nothing was', async () => {
    await post('/v1/memories', { coordinate: [3, 2], payload: {} });
    expect(await restore('3,2', { version: 1, expected_version: 4 })).toMatchObject({
      status: 409,
      body: { type: 'urn:sfm:problem:version_conflict' },
    });
    expect(await restore('3,2', { version: 2 })).toMatchObject({
      status: 404,
      body: { type: 'urn:sfm:problem:version_not_found' },
    });
    expect(await restore('404', { version: 1 })).toMatchObject({
      status: 404,
      body: { type: 'urn:sfm:problem:memory_not_found' },
    });
  });

  it.each([{}, { version: 0 }, { version: '1' }, { version: 1, more: 1 }, { version: 1, expected_version: -1 }])(
    'refuses %j',
    async (body) => {
      expect(await restore('3,2', body)).toMatchObject({ status: 422 });
    },
  );

  it('is done once under an idempotency key, which is for one memory', async () => {
    for (const n of [3, 4]) await post('/v1/memories', { coordinate: [3, n], payload: {} });
    const key = { 'idempotency-key': 'restore-once' };
    const first = await restore('3,3', { version: 1 }, key);
    expect(await restore('3,3', { version: 1 }, key)).toMatchObject({ status: 200, body: first.body });
    expect(versionsOf((await get('/v1/memories/3,3/history')).body)).toHaveLength(2);
    expect(await restore('3,4', { version: 1 }, key)).toMatchObject({ status: 422 });
  });
});
