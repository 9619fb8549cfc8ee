import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newSecret, SCOPES, StoreUnavailableError, verifyAudit } from '@sfm/memory';
import { startHttp, TEAM_TOKEN, type HttpHarness } from '../../../../test/http-harness.js';
import { client } from '../../../../test/requests.js';

interface Key {
  readonly id: string;
  readonly secret: string;
}

let http: HttpHarness;
const { get, post, send } = client(() => http);
const as = (secret: string, namespace?: string) => ({
  authorization: `Bearer ${secret}`,
  ...(namespace === undefined ? {} : { 'x-soma-namespace': namespace }),
});
const KEY = { name: 'kettle', scopes: ['read', 'write'], namespaces: ['kitchen', 'team-a:*'] };
const make = async (changes: object = {}): Promise<Key> => {
  const { status, body } = await post('/v1/keys', { ...KEY, ...changes });
  expect({ status, body }).toMatchObject({ status: 201 });
  return body as Key;
};
const recall = (secret: string, namespace = 'kitchen') =>
  send('POST', '/v1/recall', { query: 'kettle' }, as(secret, namespace));

beforeAll(async () => {
  http = await startHttp({
    auth: {
      credentials: [
        { id: 'all', token: 'test-token', namespaces: '*' },
        { id: 'team', token: TEAM_TOKEN, namespaces: [] },
        ...SCOPES.map((scope) => ({ id: scope, token: `only-${scope}`, namespaces: '*' as const, scopes: [scope] })),
      ],
    },
  });
});
afterAll(() => http.close());

describe('/v1/keys', () => {
  it('makes a key that is shown with its secret once, and used until it is revoked', async () => {
    const { id, secret } = await make();
    expect(secret).toMatch(/^sfm_[0-9a-f]{12}_[\w-]{43}$/);
    const listed = await get('/v1/keys?limit=1000');
    expect(listed.body).toMatchObject({ keys: expect.arrayContaining([expect.objectContaining({ id, ...KEY })]) });
    expect(JSON.stringify(listed.body)).not.toContain(secret.slice(17));
    expect(await recall(secret)).toMatchObject({ status: 200 });
    expect((await recall(secret)).headers).not.toHaveProperty('www-authenticate');
    expect(await send('DELETE', `/v1/keys/${id}`)).toMatchObject({ status: 200, body: { id, state: 'revoked' } });
    const refused = await recall(secret);
    expect(refused).toMatchObject({
      status: 401,
      body: { type: 'urn:sfm:problem:token_rejected', detail: expect.stringContaining('revoked') },
    });
    expect(refused.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
    expect(await send('DELETE', `/v1/keys/${id}`)).toMatchObject({ status: 404 });
    expect(await post(`/v1/keys/${id}/rotate`, undefined)).toMatchObject({ status: 404 });
  });

  it('gives a key another secret, and the one before is nothing', async () => {
    const { id, secret } = await make();
    const { status, body } = await post(`/v1/keys/${id}/rotate`, undefined);
    expect({ status, body }).toMatchObject({ status: 200, body: { id, ...KEY, rotated_at: expect.any(String) } });
    expect(await recall((body as Key).secret)).toMatchObject({ status: 200 });
    expect(await recall(secret)).toMatchObject({ status: 403 });
  });

  it('permits a key what its scopes and namespaces say, on both APIs', async () => {
    const { secret } = await make();
    for (const namespace of ['kitchen', 'team-a:x'])
      expect(await recall(secret, namespace)).toMatchObject({ status: 200 });
    for (const namespace of ['team-a', 'team-ab', 'team-a', 'team-a*', '*', 'team-b:x', 'api_ns']) {
      expect(await recall(secret, namespace)).toMatchObject({ status: 403 });
      expect(await send('POST', '/recall', { query: 'x' }, as(secret, namespace))).toMatchObject({ status: 403 });
    }
    const { secret: reader } = await make({ scopes: ['read'] });
    const memory = { coordinate: [1], payload: {} };
    expect(await send('POST', '/v1/memories', memory, as(reader, 'kitchen'))).toMatchObject({ status: 403 });
    expect(await send('GET', '/v1/keys', undefined, as(secret, 'kitchen'))).toMatchObject({ status: 403 });
  });

  it('limits a key by its own rate, on every route by itself', async () => {
    const { secret } = await make({ rate_limit: 2 });
    const statuses = [];
    for (let times = 0; times < 3; times += 1) statuses.push((await recall(secret)).status);
    expect(statuses).toEqual([200, 200, 429]);
    expect(await send('GET', '/v1/memories', undefined, as(secret, 'kitchen'))).toMatchObject({ status: 200 });
  });

  it.each([
    ['name', { name: '' }],
    ['name', { name: 'a\u0000' }],
    ['name', { name: 'x'.repeat(101) }],
    ['scopes', { scopes: [] }],
    ['scopes.0', { scopes: ['root'] }],
    ['scopes.0', { scopes: ['*'] }],
    ['namespaces', { namespaces: [] }],
    ['namespaces', { namespaces: 'kitchen' }],
    ['namespaces.1', { namespaces: ['a', 'team*'] }],
    ['namespaces.0', { namespaces: ['te*am:*'] }],
    ['namespaces.0', { namespaces: ['a\nb'] }],
    ['namespaces', { namespaces: Array(33).fill('a') }],
    ['expires_at', { expires_at: '2020-01-01T00:00:00Z' }],
    ['expires_at', { expires_at: 'tomorrow' }],
    ['rate_limit', { rate_limit: 0 }],
    ['rate_limit', { rate_limit: 1.5 }],
    ['secret', { secret: 'mine' }],
  ])('refuses a bad %s and names it: %j', async (field, changes) => {
    const { status, body } = await post('/v1/keys', { ...KEY, ...changes });
    expect({ status, body }).toMatchObject({ status: 422 });
    expect(JSON.stringify(body)).toContain(`"${field}"`);
  });

  it('refuses what names no key', async () => {
    for (const id of ['x', '01890a5d-ac96-774b-bcce-b302099a805', "'; --"]) {
      expect(await post(`/v1/keys/${encodeURIComponent(id)}/rotate`, undefined)).toMatchObject({ status: 422 });
      expect(await get(`/v1/keys?after=${encodeURIComponent(id)}`)).toMatchObject({ status: 422 });
    }
    expect(await get('/v1/keys?limit=1001')).toMatchObject({ status: 422 });
  });

  it('lets nobody hand out, or get by a rotation, more than they have', async () => {
    const admin = as('only-admin');
    expect(await send('POST', '/v1/keys', KEY, admin)).toMatchObject({ status: 403 });
    const { id } = await make();
    expect(await send('POST', `/v1/keys/${id}/rotate`, undefined, admin)).toMatchObject({ status: 403 });
    expect(await send('DELETE', `/v1/keys/${id}`, undefined, admin)).toMatchObject({ status: 200 });
    const { secret } = await make({ scopes: ['admin', 'read', 'write'] });
    for (const [method, url] of [
      ['GET', '/v1/keys'],
      ['POST', '/v1/keys'],
      ['GET', '/v1/audit'],
    ] as const) {
      const answer = await send(method, url, method === 'POST' ? KEY : undefined, as(secret, 'kitchen'));
      expect(answer).toMatchObject({ status: 403, body: { type: 'urn:sfm:problem:namespace_forbidden' } });
    }
  });

  it('goes through the list page by page', async () => {
    const { body } = await get('/v1/keys?limit=2');
    const { keys, next_after: after } = body as { keys: Key[]; next_after: string };
    expect(keys.map(({ id }) => id).at(-1)).toBe(after);
    const next = (await get(`/v1/keys?limit=1000&after=${after}`)).body as { keys: Key[]; next_after: null };
    expect(next.next_after).toBeNull();
    expect(next.keys.map(({ id }) => id)).not.toContain(after);
  });
});

describe('/v1/audit', () => {
  const exported = async (query = '') => String((await get(`/v1/audit${query}`)).body);

  it('is the whole log, with every act on keys and no secret, and verified by itself', async () => {
    const { id, secret } = await make();
    await send('DELETE', `/v1/keys/${id}`);
    const text = await exported();
    expect(await verifyAudit(linesOf(text))).toMatchObject({ isIntact: true, firstSeq: 1 });
    for (const action of ['createKey', 'revokeKey']) {
      expect(text).toContain(`"actor":"all","action":"${action}","namespace":null,"details":{"id":"${id}"`);
    }
    expect(text).not.toContain(secret.slice(17));
    const { head } = await verifyAudit(linesOf(text));
    const rest = await exported(`?after=${head.seq}`);
    expect(rest).toContain('"action":"exportAudit"');
    expect(await verifyAudit(linesOf(rest), head)).toMatchObject({ isIntact: true, firstSeq: head.seq + 1 });
  });

  it('has the acts of administrators on namespaces', async () => {
    await send('DELETE', '/v1/namespaces/team_a?confirm=team_a');
    expect(await exported()).toContain('"action":"removeNamespace","namespace":"api_ns","details":{"name":"team_a"}');
  });

  it.each(['-1', 'x', '1.5'])('refuses after=%s', async (after) => {
    expect(await get(`/v1/audit?after=${after}`)).toMatchObject({ status: 422 });
  });
});

describe('refused keys', () => {
  let limited: HttpHarness;
  const refused = client(() => limited);

  beforeAll(async () => {
    limited = await startHttp({ auth: { refusals: { max: 3, windowMs: 60_000 }, keys: { freshMs: 0 } } });
  });
  afterAll(() => limited.close());

  it('are limited by the address they come from, of every kind; whoever has a key goes on', async () => {
    const made = async () => (await refused.post('/v1/keys', { ...KEY, namespaces: ['kitchen'] })).body as Key;
    const [good, revoked] = [await made(), await made()];
    await refused.remove(`/v1/keys/${revoked.id}`);
    const ask = async (token: string) =>
      (await refused.send('POST', '/v1/recall', { query: 'x' }, as(token, 'kitchen'))).status;
    limited.keys.failure = new StoreUnavailableError('away');
    for (let times = 0; times < 5; times += 1) expect(await ask(good.secret)).toBe(503);
    limited.keys.failure = undefined;
    const madeUp = newSecret().secret;
    expect([await ask(madeUp), await ask(revoked.secret), await ask('a.b.c')]).toEqual([403, 401, 403]);
    for (const token of [madeUp, revoked.secret, 'a.b.c', 'nonsense']) expect(await ask(token)).toBe(429);
    expect(await ask(good.secret)).toBe(200);
  });
});

async function* linesOf(text: string): AsyncGenerator<string> {
  yield* text.split('\n');
}
