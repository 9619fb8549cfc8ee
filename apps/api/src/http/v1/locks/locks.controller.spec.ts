import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startHttp, type HttpHarness } from '../../../../test/http-harness.js';
import { client } from '../../../../test/requests.js';

let http: HttpHarness;
const { get, post, remove, send } = client(() => http);

beforeAll(async () => {
  http = await startHttp();
});
afterAll(() => http.close());

interface Held {
  readonly owner: string;
  readonly token: number;
}

const LOST = { status: 409, body: { type: 'urn:sfm:problem:lock_lost' } };
const fieldOf = (field: string) => ({ status: 422, body: { errors: [{ field }] } });

describe('/v1/locks', () => {
  it('are held by one owner, who may renew and release them', async () => {
    const free = { name: 'a', held: false, owner: null, token: null, acquired_at: null, expires_at: null };
    expect(await get('/v1/locks/a')).toMatchObject({ status: 200, body: free });
    const acquired = await post('/v1/locks/a', { owner: 'me', ttl_seconds: 60 });
    expect(acquired).toMatchObject({ status: 200, body: { name: 'a', owner: 'me', token: expect.any(Number) } });
    const held = acquired.body as Held;
    expect((await get('/v1/locks/a')).body).toEqual({ ...held, held: true });
    const refused = await post('/v1/locks/a', { owner: 'other', wait_seconds: 0.05 });
    expect(refused).toMatchObject({ status: 409, body: { type: 'urn:sfm:problem:lock_held' } });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(50);
    expect(await post('/v1/locks/a', { owner: 'me' })).toMatchObject({ status: 200, body: { token: held.token } });
    const renewed = await post('/v1/locks/a/renew', { owner: 'me', token: held.token, ttl_seconds: 100 });
    expect(renewed).toMatchObject({ status: 200, body: { owner: 'me', token: held.token } });
    expect(await post('/v1/locks/a/renew', { owner: 'other', token: held.token })).toMatchObject(LOST);
    expect((await remove(`/v1/locks/a?owner=me&token=${held.token + 1}`)).body).toEqual({ released: false });
    expect((await remove(`/v1/locks/a?owner=me&token=${held.token}`)).body).toEqual({ released: true });
    expect((await remove(`/v1/locks/a?owner=me&token=${held.token}`)).body).toEqual({ released: false });
    expect(await post('/v1/locks/a/renew', { owner: 'me', token: held.token })).toMatchObject(LOST);
  });

  it('are given to who waits for them, and to somebody new where no owner is named', async () => {
    const first = (await post('/v1/locks/b', { ttl_seconds: 0.1 })).body as Held;
    const second = await post('/v1/locks/b', { wait_seconds: 10 });
    expect(second.status).toBe(200);
    expect((second.body as Held).owner).not.toBe(first.owner);
    expect((second.body as Held).token).toBeGreaterThan(first.token);
  });

  it('are those of one namespace', async () => {
    const inOther = { 'x-soma-namespace': 'other' };
    expect((await post('/v1/locks/c', { owner: 'me' })).status).toBe(200);
    expect((await send('POST', '/v1/locks/c', { owner: 'other' }, inOther)).status).toBe(200);
    const { body } = await send('GET', '/v1/locks/c', undefined, inOther);
    expect(body).toMatchObject({ owner: 'other' });
  });

  it.each([
    ['owner', '/v1/locks/d', { owner: '' }],
    ['owner', '/v1/locks/d', { owner: 'x'.repeat(201) }],
    ['owner', '/v1/locks/d', { owner: 'a\0' }],
    ['ttl_seconds', '/v1/locks/d', { ttl_seconds: 0 }],
    ['ttl_seconds', '/v1/locks/d', { ttl_seconds: 3601 }],
    ['wait_seconds', '/v1/locks/d', { wait_seconds: 31 }],
    ['wait_seconds', '/v1/locks/d', { wait_seconds: -1 }],
    ['name', '/v1/locks/soma:consolidation', {}],
    ['name', `/v1/locks/${'x'.repeat(201)}`, {}],
    ['name', '/v1/locks/a%00b', {}],
    ['timeout', '/v1/locks/d', { timeout: 1 }],
    ['token', '/v1/locks/d/renew', { owner: 'me' }],
    ['token', '/v1/locks/d/renew', { owner: 'me', token: -1 }],
    ['owner', '/v1/locks/d/renew', { token: 1 }],
  ])('refuse %s when it is not allowed: %s %j', async (field, url, body) => {
    expect(await post(url, body)).toMatchObject(fieldOf(field));
  });

  it('refuse to be released without owner and token', async () => {
    expect(await remove('/v1/locks/d?owner=me')).toMatchObject(fieldOf('token'));
    expect(await remove('/v1/locks/d?owner=me&token=x')).toMatchObject(fieldOf('token'));
    expect(await remove('/v1/locks/d?token=1')).toMatchObject(fieldOf('owner'));
  });
});
