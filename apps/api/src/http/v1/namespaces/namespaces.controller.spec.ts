import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startHttp, TEAM_TOKEN, type HttpHarness } from '../../../../test/http-harness.js';
import { client, type Answer } from '../../../../test/requests.js';

let http: HttpHarness;
const { get, post, send, remove } = client(() => http);
const asTeam = { authorization: `Bearer ${TEAM_TOKEN}` };
const within = (namespace: string) => ({ 'x-soma-namespace': namespace });

beforeAll(async () => {
  http = await startHttp();
});
beforeEach(async () => {
  http.truth.memories.clear();
  http.links.links = [];
  for (const namespace of ['team_a', 'team_b', 'others', 'a/b c']) {
    await post('/v1/memories', { coordinate: [1], payload: {} }, within(namespace));
    await post('/v1/memories', { coordinate: [2], payload: {} }, within(namespace));
  }
  await post('/v1/links', { from: [1], to: [2] }, within('team_a'));
});
afterAll(() => http.close());

const names = (body: unknown) =>
  (body as { namespaces: { namespace: string }[] }).namespaces.map((one) => one.namespace);

describe('GET /v1/namespaces', () => {
  it('lists all of them to who may use all, a page at a time', async () => {
    const first = await get('/v1/namespaces?limit=3');
    expect(names(first.body)).toEqual(['a/b c', 'others', 'team_a']);
    const { next_cursor: cursor } = first.body as { next_cursor: string };
    const last = await get(`/v1/namespaces?limit=3&cursor=${cursor}`);
    expect(last.body).toEqual({
      namespaces: [
        {
          namespace: 'team_b',
          memories: { total: 2, episodic: 2, semantic: 0 },
          links: 0,
          bytes: 20,
          newest_at: '2026-03-01T10:00:00.000Z',
          index_lag: { pending: 0, seconds: 0 },
        },
      ],
      next_cursor: null,
    });
  });

  it('lists only those that the credential may use, whatever the header says', async () => {
    for (const headers of [asTeam, { ...asTeam, ...within('team_b') }]) {
      const { body } = await send('GET', '/v1/namespaces', undefined, headers);
      expect(names(body)).toEqual(['team_a', 'team_b']);
    }
    http.truth.memories.delete('team_a/1');
    http.truth.memories.delete('team_a/2');
    http.links.links = [];
    expect(names((await send('GET', '/v1/namespaces', undefined, asTeam)).body)).toEqual(['team_b']);
  });

  it('lists those that begin as a key says, page by page, and names no others on the way', async () => {
    for (const namespace of ['team', 'teams_x', 'team_', 'zoo']) {
      await post('/v1/memories', { coordinate: [1], payload: {} }, within(namespace));
    }
    const key = { name: 'k', scopes: ['read'], namespaces: ['others', 'team_*'] };
    const { secret } = (await post('/v1/keys', key)).body as { secret: string };
    const asKey = { authorization: `Bearer ${secret}`, ...within('team_a') };
    const listed = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Answer = await send('GET', `/v1/namespaces?limit=1${cursor}`, undefined, asKey);
      listed.push(...names(page.body));
      const { next_cursor: next } = page.body as { next_cursor: string | null };
      cursor = next === null ? null : `&cursor=${next}`;
    }
    expect(listed).toEqual(['others', 'team_', 'team_a', 'team_b']);
  });

  it.each([
    ['/v1/namespaces?limit=0', 422, 'limit'],
    ['/v1/namespaces?limit=101', 422, 'limit'],
    ['/v1/namespaces?cursor=!', 404, 'cursor'],
    ['/v1/namespaces?namespace=x', 422, 'namespace'],
  ])('refuses %s', async (url, status, field) => {
    const answer = await get(url);
    expect(answer).toMatchObject({ status });
    expect(JSON.stringify(answer.body)).toContain(field);
  });
});

describe('GET /v1/namespaces/{name}', () => {
  it('counts one, also one with any letters in its name, and one that is empty', async () => {
    expect((await get('/v1/namespaces/team_a')).body).toMatchObject({ memories: { total: 2 }, links: 1 });
    expect((await get(`/v1/namespaces/${encodeURIComponent('a/b c')}`)).body).toMatchObject({ memories: { total: 2 } });
    expect((await get('/v1/namespaces/nobody')).body).toMatchObject({ memories: { total: 0 }, newest_at: null });
  });

  it('says nothing of one that the credential may not use', async () => {
    for (const name of ['others', 'nobody']) {
      const { status, body } = await send('GET', `/v1/namespaces/${name}`, undefined, asTeam);
      expect({ status, body }).toMatchObject({ status: 403, body: { type: 'urn:sfm:problem:namespace_forbidden' } });
    }
  });
});

describe('DELETE /v1/namespaces/{name}', () => {
  it('says in a dry run what it would delete, and what must be confirmed', async () => {
    const { status, body } = await remove('/v1/namespaces/team_a?dry_run=true');
    expect({ status, body }).toEqual({
      status: 200,
      body: { namespace: 'team_a', dry_run: true, memories: 2, links: 1, done: false, confirm: 'team_a' },
    });
    expect(http.truth.memories.size).toBe(8);
  });

  it('deletes nothing without the confirmation, or with that of another', async () => {
    for (const query of ['', '?confirm=', '?confirm=team_b', '?dry_run=maybe']) {
      expect(await remove(`/v1/namespaces/team_a${query}`)).toMatchObject({ status: 422 });
    }
    expect(http.truth.memories.size).toBe(8);
    expect(http.calls()).not.toContain('removeMemories');
  });

  it('deletes what is in it, and nothing else', async () => {
    const { body } = await remove('/v1/namespaces/team_a?confirm=team_a');
    expect(body).toEqual({ namespace: 'team_a', dry_run: false, memories: 2, links: 1, done: true, confirm: null });
    expect([...http.truth.memories.values()].filter(({ namespace }) => namespace === 'team_a')).toEqual([]);
    expect(http.truth.memories.size).toBe(6);
    expect((await remove('/v1/namespaces/team_a?dry_run=true')).body).toMatchObject({ memories: 0, done: true });
  });

  it('is refused for a namespace that the credential may not use', async () => {
    const { status } = await send('DELETE', '/v1/namespaces/others?confirm=others', undefined, asTeam);
    expect(status).toBe(403);
    expect(http.truth.memories.size).toBe(8);
  });
});

it('/stats counts the namespace of the request', async () => {
  expect((await get('/stats', within('team_a'))).body).toMatchObject({ total_memories: 2 });
  expect((await get('/stats')).body).toMatchObject({ total_memories: 8 });
});

describe('POST /v1/namespaces/{name}/clone', () => {
  const clone = (name: string, body: unknown, headers = {}) =>
    send('POST', `/v1/namespaces/${name}/clone`, body, headers);

  it('copies into an empty namespace and says how far it came', async () => {
    const { body } = await post('/v1/namespaces/team_a/clone', { to: 'team_a copy' });
    expect(body).toEqual({ namespace: 'team_a', to: 'team_a copy', memories: 0, versions: 0, links: 0, done: true });
  });

  it('refuses a target that holds something, naming it', async () => {
    const { status, body } = await post('/v1/namespaces/team_a/clone', { to: 'others' });
    expect(status).toBe(409);
    expect(body).toMatchObject({
      type: 'urn:sfm:problem:namespace_not_empty',
      detail: expect.stringContaining('others'),
    });
  });

  it.each([
    [{}, 'to'],
    [{ to: '' }, 'to'],
    [{ to: 'team_a' }, 'to'],
    [{ to: 'a\u0000b' }, 'to'],
    [{ to: 'x'.repeat(2000) }, 'to'],
    [{ to: 'x', from: 'y' }, 'from'],
  ])('refuses %j, naming the field', async (sent, field) => {
    const { status, body } = await post('/v1/namespaces/team_a/clone', sent);
    expect(status).toBe(422);
    expect(JSON.stringify(body)).toContain(`"${field}"`);
  });

  it('refuses a namespace that the credential may not use, on either side', async () => {
    expect(await clone('others', { to: 'team_a' }, asTeam)).toMatchObject({ status: 403 });
    expect(await clone('team_a', { to: 'new' }, asTeam)).toMatchObject({ status: 403 });
  });
});

describe('POST /v1/namespaces/{name}/rename', () => {
  const rename = (name: string, body: unknown, headers = {}) =>
    send('POST', `/v1/namespaces/${name}/rename`, body, headers);

  it('moves what is in it, and says so again', async () => {
    const renamed = { namespace: 'team_a', to: 'new name', memories: 2, links: 1, moved: true, done: true };
    expect(await rename('team_a', { to: 'new name' })).toMatchObject({ status: 200, body: renamed });
    expect((await rename('team_a', { to: 'new name' })).body).toEqual(renamed);
    expect((await get('/v1/namespaces/new%20name')).body).toMatchObject({ memories: { total: 2 }, links: 1 });
    expect((await get('/v1/namespaces/team_a')).body).toMatchObject({ memories: { total: 0 } });
  });

  it('refuses a name under which there is something, naming it', async () => {
    const { status, body } = await rename('team_a', { to: 'others' });
    expect({ status, body }).toMatchObject({
      status: 409,
      body: { type: 'urn:sfm:problem:namespace_not_empty', detail: expect.stringContaining('others') },
    });
  });

  it.each([
    [{}, 'to'],
    [{ to: '' }, 'to'],
    [{ to: 'team_a' }, 'to'],
    [{ to: ' team_a' }, 'to'],
    [{ to: 'a\u0000b' }, 'to'],
    [{ to: 'x'.repeat(2000) }, 'to'],
    [{ to: ['x'] }, 'to'],
    [{ to: 'x', from: 'y' }, 'from'],
  ])('refuses %j, naming the field', async (sent, field) => {
    const { status, body } = await rename('team_a', sent);
    expect(status).toBe(422);
    expect(JSON.stringify(body)).toContain(`"${field}"`);
  });

  it('refuses a namespace that the credential may not use, on either side', async () => {
    expect(await rename('others', { to: 'team_a' }, asTeam)).toMatchObject({ status: 403 });
    expect(await rename('team_a', { to: 'new' }, asTeam)).toMatchObject({ status: 403 });
  });
});
