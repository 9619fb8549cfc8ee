import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { startHttp, TEAM_TOKEN, TOKEN, type HarnessChanges, type HttpHarness } from '../../../test/http-harness.js';
import { RawConnection } from '../../../test/raw-connection.js';
import { client } from '../../../test/requests.js';

let http: HttpHarness;
let port: number;
const open: RawConnection[] = [];
const { get, post, send } = client(() => http);

async function start(changes?: HarnessChanges): Promise<void> {
  http = await startHttp(changes);
  await http.app.listen(0, '127.0.0.1');
  port = Number(new URL(await http.app.getUrl()).port);
}

function raw(text: string): RawConnection {
  const connection = RawConnection.to(port);
  open.push(connection);
  connection.send(text);
  return connection;
}

const head = (target: string, ...headers: string[]) =>
  [`POST ${target} HTTP/1.1`, 'Host: x', 'Content-Type: application/json', ...headers, '', ''].join('\r\n');
const withToken = `Authorization: Bearer ${TOKEN}`;
const DECLARED = 'Content-Length: 4000000';
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;

afterEach(async () => {
  for (const connection of open.splice(0)) connection.hangUp();
  await http.close();
});

describe('who has no token', () => {
  beforeEach(() => start());

  it.each([
    ['/store', [], 401],
    ['/store', ['Authorization: Bearer wrong'], 403],
    ['/store', ['Authorization: Basic eDp5'], 401],
    ['/v1/recall', [], 401],
    ['/v1/recall', [`Authorization: Bearer ${TEAM_TOKEN}`, 'X-Soma-Namespace: other'], 403],
    ['/no/such/route', [], 404],
    ['/recall_batch/', [], 401],
  ])('is answered at POST %s with %j before any of the body has come', async (target, headers, status) => {
    const connection = raw(head(target, DECLARED, ...headers));
    expect(await connection.answers(1)).toEqual([status]);
    expect(http.calls()).toEqual([]);
  });

  it('is told so with the headers that every answer has', async () => {
    const origin = 'https://app.example';
    const { status, headers } = await post('/store', {}, { authorization: '', origin, 'x-request-id': 'early' });
    expect([status, headers['access-control-allow-origin'], headers['x-request-id']]).toEqual([401, origin, 'early']);
  });

  it('may still ask for what is open to everybody', async () => {
    const paths = ['/', '/ping', '/health', '/healthz', '/readyz', '/metrics', '/docs', '/openapi.json'];
    for (const path of paths) expect([path, (await get(path, { authorization: '' })).status]).toEqual([path, 200]);
  });
});

describe('a body that is too deep', () => {
  beforeEach(() => start());

  it.each([
    ['/store', '{"coord": "1", "payload": {"a": [{"b": ', '['.repeat(100), /"loc":\["body","payload","a",0/],
    [
      '/store_bulk',
      '{"items": [{"payload": {}}, {"payload": ',
      '{"a":'.repeat(100),
      /"loc":\["body","items",1,"payload"/,
    ],
    ['/v1/recall', '{"query": "]]}}\\"}", "filter": ', '{"a":'.repeat(100), /"field":"filter.a/],
    ['/v1/recall', '', '['.repeat(100), /"field":"body"/],
  ])('is refused at %s where it gets too deep, and its field named', async (target, start, deep, named) => {
    const connection = raw(head(target, 'Transfer-Encoding: chunked', withToken));
    connection.send(chunk(start || ' '));
    connection.send(chunk(deep));
    expect(await connection.answers(1)).toEqual([422]);
    expect(connection.received).toMatch(named);
    expect(connection.received).toMatch(/nested too deeply/);
  });

  it('is not one that has brackets in its texts only, or as many as are allowed', async () => {
    const payload = { text: '[{"'.repeat(1000), deep: JSON.parse(`${'['.repeat(30)}${']'.repeat(30)}`) as unknown };
    expect((await post('/store', { coord: '1', payload })).status).toBe(200);
  });
});

describe('a compressed body', () => {
  beforeEach(() => start());

  it.each(['/store', '/v1/memories'])('is refused at %s, and told what is accepted', async (url) => {
    const response = await http.app.inject({
      method: 'POST',
      url,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', 'content-encoding': 'gzip' },
      payload: gzipSync('{}'),
    });
    expect(response.statusCode).toBe(415);
    expect(response.headers['accept-encoding']).toBe('identity');
    expect(response.json<{ detail: string }>().detail).toMatch(/identity/);
  });

  it('is none when it says identity', async () => {
    const body = { coord: '1', payload: {} };
    expect((await post('/store', body, { 'content-encoding': 'identity' })).status).toBe(200);
  });
});

describe('refused requests', () => {
  const limit = { max: 3, windowMs: 3_600_000 };
  const store = { coord: '1', payload: {} };
  const refused = async (count: number, ask: () => Promise<{ readonly status: number }>) => {
    const statuses: number[] = [];
    for (let n = 0; n < count; n += 1) statuses.push((await ask()).status);
    return statuses;
  };
  const nobody = (forwarded?: string) => () =>
    send('POST', '/store', {}, { authorization: '', ...(forwarded ? { 'x-forwarded-for': forwarded } : {}) });

  it('are counted by address, whatever they ask for, and hold up nobody with a token', async () => {
    await start({ auth: { refusals: limit } });
    expect(await refused(2, nobody())).toEqual([401, 401]);
    expect((await get('/stats', { authorization: 'Bearer wrong' })).status).toBe(403);
    const over = await nobody()();
    expect(over).toMatchObject({ status: 429, headers: { 'retry-after': expect.any(String) } });
    expect((await get('/stats', { authorization: '' })).status).toBe(429);
    expect((await post('/store', store)).status).toBe(200);
    expect((await get('/ping', { authorization: '' })).status).toBe(200);
  });

  it.each([
    ['that is no JSON', '{"coord": ', {}, 422],
    ['that is too large', JSON.stringify({ payload: 'x'.repeat(6_000_000) }), {}, 413],
    ['that is too deep', '['.repeat(1000), {}, 422],
  ])('are those with a body %s, of one credential at one address', async (_, body, headers, status) => {
    await start({ auth: { refusals: limit } });
    expect(await refused(4, () => post('/store', body, headers))).toEqual([status, status, status, 429]);
    expect(await refused(1, () => post('/store', store))).toEqual([429]);
    expect((await get('/stats')).status).toBe(200);
    const team = { authorization: `Bearer ${TEAM_TOKEN}` };
    expect((await post('/store', store, team)).status).toBe(200);
    expect(await refused(1, nobody())).toEqual([401]);
  });

  it('are told apart by X-Forwarded-For from a known proxy only', async () => {
    await start({ auth: { refusals: limit } });
    expect(await refused(3, nobody('203.0.113.1'))).toEqual([401, 401, 401]);
    expect(await refused(1, nobody('203.0.113.2'))).toEqual([429]);
    await http.close();
    await start({ auth: { refusals: limit }, options: { trustedProxies: ['127.0.0.0/8'] } });
    expect(await refused(4, nobody('203.0.113.1'))).toEqual([401, 401, 401, 429]);
    expect(await refused(1, nobody('203.0.113.2'))).toEqual([401]);
    // What the client itself wrote in front is not believed.
    expect(await refused(1, nobody('203.0.113.9, 203.0.113.1'))).toEqual([429]);
  });
});
