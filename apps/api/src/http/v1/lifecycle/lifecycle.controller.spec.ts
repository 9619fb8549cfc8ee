import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startHttp, TEAM_TOKEN, type HttpHarness } from '../../../../test/http-harness.js';
import { client } from '../../../../test/requests.js';

let http: HttpHarness;
const { get, post, send } = client(() => http);
const put = (namespace: string, body: unknown, headers = {}) =>
  send('PUT', `/v1/namespaces/${namespace}/retention`, body, headers);
const asTeam = { authorization: `Bearer ${TEAM_TOKEN}` };
const NONE = { max_age_seconds: null, max_memories: null, keep_importance_from: null };

beforeAll(async () => {
  http = await startHttp();
});
afterAll(() => http.close());

describe('/v1/namespaces/{namespace}/retention', () => {
  it('is what was put there, and what the service is set to where nothing was', async () => {
    expect(await get('/v1/namespaces/notes/retention')).toMatchObject({
      status: 200,
      body: { namespace: 'notes', ...NONE, version: 0, updated_at: null, in_force: { ...NONE, max_memories: 4 } },
    });
    const policy = { max_age_seconds: 60, max_memories: 7, keep_importance_from: -2.5 };
    const changed = { namespace: 'notes', ...policy, version: 1, in_force: policy };
    expect(await put('notes', policy)).toMatchObject({ status: 200, body: changed });
    expect(await get('/v1/namespaces/notes/retention')).toMatchObject({ status: 200, body: changed });
    expect(await put('notes', { max_age_seconds: 5 })).toMatchObject({
      body: { ...NONE, max_age_seconds: 5, version: 2, in_force: { ...NONE, max_age_seconds: 5, max_memories: 4 } },
    });
  });

  it.each([
    [{ max_age_seconds: 0 }, 'max_age_seconds'],
    [{ max_age_seconds: 1.5 }, 'max_age_seconds'],
    [{ max_memories: -1 }, 'max_memories'],
    [{ max_memories: '5' }, 'max_memories'],
    [{ max_memories: 1_000_000_001 }, 'max_memories'],
    ['{"keep_importance_from": 1e400}', 'keep_importance_from'],
    [{ keep_importance_from: 'high' }, 'keep_importance_from'],
    [{ max_days: 5 }, 'max_days'],
  ])('refuses %j, naming %s', async (body, field) => {
    const refused = await put('notes', body);
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ field: expect.stringContaining(field) }] } });
  });

  it('is closed to credentials of other namespaces, and to names that are none', async () => {
    expect(await get('/v1/namespaces/notes/retention', asTeam)).toMatchObject({
      status: 403,
      body: { type: 'urn:sfm:problem:namespace_forbidden' },
    });
    expect((await put('notes', {}, asTeam)).status).toBe(403);
    expect((await put('team_b', {}, asTeam)).status).toBe(200);
    expect((await get('/v1/namespaces/%00/retention')).status).toBe(422);
    expect((await get('/v1/namespaces/%20/retention')).status).toBe(422);
  });
});

describe('POST /v1/lifecycle:run', () => {
  const run = (body: object) => post('/v1/lifecycle:run', body, { 'x-soma-namespace': 'api_ns' });

  it('tells what it would do, then does it', async () => {
    const at = (n: number) => ({ key: `${n}`, coordinate: [n], version: 1, importance: n, createdAt: new Date(0) });
    http.retained.held = [3, 1, 2, 5, 4, 9].map(at);
    const { status, body } = await run({ dry_run: true });
    expect(status).toBe(200);
    const none = { count: 0, more: false, sample: [] };
    const created_at = '1970-01-01T00:00:00.000Z';
    expect(body).toEqual({
      namespace: 'api_ns',
      dry_run: true,
      complete: true,
      expired: none,
      too_old: none,
      over_cap: {
        count: 2,
        more: false,
        sample: [1, 2].map((n) => ({ coordinate: [n], version: 1, importance: n, created_at })),
      },
      decayed: none,
    });
    expect(http.retained.held).toHaveLength(6);
    expect((await run({})).body).toEqual({ ...(body as object), dry_run: false });
    expect(http.retained.held).toHaveLength(4);
  });

  it('answers 409 while somebody else is at it, and a dry run all the same', async () => {
    const grant = await http.schedule.take('another', 60_000);
    expect(await run({})).toMatchObject({ status: 409, body: { type: 'urn:sfm:problem:lifecycle_busy' } });
    expect((await run({ dry_run: true })).status).toBe(200);
    if (grant) await http.schedule.release(grant);
  });

  it.each([{ dry_run: 'yes' }, { dryRun: true }])('refuses %j', async (body) => {
    expect((await run(body)).status).toBe(422);
  });
});
