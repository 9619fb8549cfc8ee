import { connect, type AddressInfo } from 'node:net';
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { StoreUnavailableError } from '@sfm/memory';
import { StructuredLogger } from '@sfm/observability';
import { waitFor } from '../../../../../test/services/lifetime/wait-for.js';
import { startHttp, TOKEN, type HttpHarness } from '../../../test/http-harness.js';
import { RawConnection } from '../../../test/raw-connection.js';
import { client } from '../../../test/requests.js';

let http: HttpHarness;
let port: number;
const { get, post, send } = client(() => http);

beforeAll(async () => {
  http = await startHttp({ auth: { rateLimit: { max: 50, windowMs: 3_600_000 } } });
  await http.app.listen(0, '127.0.0.1');
  port = (http.app.getHttpServer().address() as AddressInfo).port;
});
afterAll(() => http.close());

describe('unknown paths and methods', () => {
  it('answers 404 in the shape of the API, token or not', async () => {
    expect(await get('/nothing', { authorization: '' })).toMatchObject({ status: 404, body: { detail: 'Not Found' } });
    expect(await get('/v1/nothing')).toMatchObject({
      status: 404,
      body: { type: 'urn:sfm:problem:not_found', status: 404 },
    });
  });

  it.each([
    ['/store', 'POST'],
    ['/recall', 'GET, HEAD, POST'],
    ['/v1/memories:batch', 'POST'],
    ['/v1/memories/1,2', 'DELETE, GET, HEAD, PATCH'],
    ['/store/?x=1', 'POST'],
  ])('answers 405 with Allow for %s', async (url, allow) => {
    const { status, headers } = await send('PUT', url, {});
    expect({ status, allow: headers['allow'] }).toEqual({ status: 405, allow });
  });
});

describe('what never reaches a route', () => {
  it.each(['/%ZZ', '/memories/%E0%A4%A'])('answers 400 for the malformed address %s', async (url) => {
    expect(await get(url)).toMatchObject({ status: 400, body: { detail: expect.any(String) } });
  });

  it('answers 431 for headers over the limit and 400 for what is not HTTP, as JSON', async () => {
    expect(await raw(`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(40_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 431 [^]*\{"detail":/,
    );
    expect(await raw('FOO / HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1.1 400 [^]*\{"detail":/);
  });

  it.each([
    ['no Host', '', 400],
    ['two of them', 'Host: a\r\nHost: b\r\n', 400],
    ['an expectation that nobody can meet', 'Host: a\r\nExpect: miracles\r\n', 417],
  ])('answers what has %s as JSON, in the shape of the API', async (_, headers, status) => {
    for (const [path, shape] of [
      ['/ping', /\{"detail":"[^"]+"\}$/],
      ['/v1/memories', /application\/problem\+json[^]*"status":4\d\d/],
    ] as const) {
      const answer = await raw(`GET ${path} HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`);
      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(answer).toMatch(shape);
    }
  });

  it('answers HTTP/1.0 without a Host', async () => {
    expect(await raw('GET /ping HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 200 /);
  });

  it('answers 413 for a chunked body once it is over the limit', async () => {
    expect(await chunked('/store', 10_000_000)).toBe(413);
    expect(await chunked('/v1/memories', 10_000_000)).toBe(413);
  });
});

describe('problem+json under /v1', () => {
  it('carries type, title, status, detail, instance, request id and every wrong field', async () => {
    const { status, body, headers } = await post('/v1/recall', { query: 1, extra: true }, { 'x-request-id': 'abc-1' });
    expect(status).toBe(422);
    expect(headers['x-request-id']).toBe('abc-1');
    expect(body).toEqual({
      type: 'urn:sfm:problem:invalid_request',
      title: 'Unprocessable Entity',
      status: 422,
      detail: 'query must be a string; extra is not a field of this request',
      instance: '/v1/recall',
      request_id: 'abc-1',
      errors: [
        { field: 'query', message: 'must be a string' },
        { field: 'extra', message: 'is not a field of this request' },
      ],
    });
  });

  it('tells malformed JSON, other media types and missing tokens apart', async () => {
    expect(await post('/v1/recall', '{')).toMatchObject({
      status: 400,
      body: { type: 'urn:sfm:problem:malformed_json' },
    });
    expect(await post('/v1/recall', 'x', { 'content-type': 'text/plain' })).toMatchObject({ status: 415 });
    expect(await post('/v1/recall', { query: 'x' }, { authorization: '' })).toMatchObject({
      status: 401,
      body: { type: 'urn:sfm:problem:missing_token' },
    });
    expect(await post('/v1/recall', { query: 'x' }, { authorization: 'Bearer no' })).toMatchObject({ status: 403 });
    expect(await post('/v1/recall', '')).toMatchObject({ status: 422 });
  });
});

describe('a sentence about what is wrong', () => {
  const sentence = async (url: string, body: string) => {
    const { detail, errors } = (await post(url, body)).body as { detail: string; errors: { field: string }[] };
    return [detail, ...errors.map(({ field }) => field)];
  };

  it.each([
    ['[]', 'body must be a JSON object', 'body'],
    ['', 'body is required', 'body'],
    ['{"query": "x", "": 1}', '"" is not a field of this request', '""'],
    ['{"query": "x", " y": 1}', '" y" is not a field of this request', '" y"'],
  ])('begins with what it is about: %s', async (body, detail, field) => {
    expect(await sentence('/v1/recall', body)).toEqual([detail, field]);
  });

  it('says of one number that is too long that it is', async () => {
    const coordinate = `"${'9'.repeat(5000)}"`;
    const [detail, field] = await sentence('/v1/memories', `{"coordinate": ${coordinate}, "payload": {}}`);
    expect([detail, field]).toEqual([expect.stringMatching(/each of at most 64 characters/), 'coordinate']);
    expect((await post('/store', `{"coord": ${coordinate}, "payload": {}}`)).body).toEqual({
      detail: expect.stringMatching(/^Invalid coord: .*each of at most 64 characters/),
    });
  });
});

describe('what is our fault', () => {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => lines.push({ ...JSON.parse(line) }) };
  beforeAll(() => Logger.overrideLogger(new StructuredLogger({ level: 'info', format: 'json', destination })));
  afterAll(() => Logger.overrideLogger(false));

  it.each([
    [new TypeError('a slip'), 500, { level: 'error', err: { stack: expect.stringContaining('a slip') } }],
    [new StoreUnavailableError('gone'), 503, { level: 'warn', msg: expect.stringContaining('gone') }],
  ])('is logged under the request id: %s', async (failure, status, logged) => {
    http.truth.failure = failure;
    const answer = await get('/v1/memories/1,2', { 'x-request-id': `about-${status}` });
    http.truth.failure = undefined;
    expect(answer).toMatchObject({ status, body: { request_id: `about-${status}` } });
    expect(lines.splice(0)).toMatchObject([{ ...logged, context: 'Http', request_id: `about-${status}` }]);
  });
});

describe('an upload that its caller breaks off', () => {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => lines.push({ ...JSON.parse(line) }) };
  beforeAll(() => Logger.overrideLogger(new StructuredLogger({ level: 'info', format: 'json', destination })));
  afterAll(() => Logger.overrideLogger(false));

  it('is logged as what it is, once, and is no fault of ours', async () => {
    const connection = RawConnection.to(port);
    const headers = ['Host: x', `Authorization: Bearer ${TOKEN}`, 'Content-Type: application/json'];
    const more = ['X-Request-Id: broken-off', 'Expect: 100-continue', 'Content-Length: 1000'];
    connection.send(`${['POST /store HTTP/1.1', ...headers, ...more].join('\r\n')}\r\n\r\n{"coord": "1"`);
    expect(await connection.answers(1)).toEqual([100]);
    connection.hangUp();
    await waitFor(() => lines.length > 0, { what: () => 'a line about the upload' });
    expect(lines).toMatchObject([
      { level: 'info', request_id: 'broken-off', msg: expect.stringMatching(/POST \/store .* 400 upload_aborted/) },
    ]);
    expect(lines[0]).not.toHaveProperty('err');
  });
});

it('answers 429 with Retry-After and the RateLimit headers', async () => {
  let last = await get('/range?min=0&max=1');
  for (let n = 0; n < 60 && last.status === 200; n++) last = await get('/range?min=0&max=1');
  expect(last).toMatchObject({ status: 429, body: { detail: 'Rate limit exceeded' } });
  expect(last.headers).toMatchObject({
    'retry-after': expect.any(String),
    'ratelimit-limit': '50',
    'ratelimit-remaining': '0',
  });
});

it('answers CORS preflights of allowed origins only', async () => {
  const preflight = (origin: string) =>
    send('OPTIONS', '/store', undefined, { origin, 'access-control-request-method': 'POST' });
  expect((await preflight('https://app.example')).headers).toMatchObject({
    'access-control-allow-origin': 'https://app.example',
    'access-control-allow-credentials': 'true',
  });
  expect((await preflight('https://evil.example')).headers['access-control-allow-origin']).toBeUndefined();
});

function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (data) => (answer += data.toString()));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

function chunked(path: string, bytes: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
    const request = httpRequest({ port, host: '127.0.0.1', method: 'POST', path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    // Nothing came: said at once, not when the test has no more time.
    request.on('close', () => resolve(undefined));
    // The server stops reading once it has answered.
    request.on('error', (error) =>
      'code' in error && ['EPIPE', 'ECONNRESET'].includes(String(error.code)) ? undefined : reject(error),
    );
    request.write('{"payload": "');
    for (let sent = 0; sent < bytes; sent += 100_000) request.write('x'.repeat(100_000));
    request.end('"}');
  });
}
