import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  anyBody,
  EVERY_WRONG_FIELD,
  HARMLESS_QUERIES,
  hostileRequest,
  namesField,
  ROUTES,
  WRONG_GETS,
  type HostileRequest,
} from '../../../../test/e2e/support/hostile-inputs.js';
import { startHttp, TOKEN, type HttpHarness } from '../../test/http-harness.js';

let http: HttpHarness;

beforeAll(async () => {
  http = await startHttp();
});
beforeEach(() => http.forgetCalls());
afterAll(() => http.close());

/** An object of so many keys. */
function many(keys: number): string {
  return `{${Array.from({ length: keys }, (_, index) => `"k${index}":1`).join(',')}}`;
}

/** The body of a recall with further fields, given as JSON. */
function recallWith(fields: Readonly<Record<string, string>>): string {
  return `{"query":"x",${Object.entries(fields)
    .map(([name, json]) => `"${name}":${json}`)
    .join(',')}}`;
}

async function send({ method, url, body }: Pick<HostileRequest, 'method' | 'url' | 'body'>) {
  const headers = {
    authorization: `Bearer ${TOKEN}`,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const response = await http.app.inject({
    method: method as 'GET',
    url,
    headers,
    ...(body === undefined ? {} : { payload: body }),
  });
  return { status: response.statusCode, type: String(response.headers['content-type']), text: response.body };
}

async function expectRefused(request: HostileRequest): Promise<void> {
  const { status, type, text } = await send(request);
  const told = `${request.why} at ${request.method} ${request.url} → ${status} ${text.slice(0, 300)}`;
  const body: unknown = JSON.parse(text);
  expect({ told, refused: status >= 400 && status < 500 }).toEqual({ told, refused: true });
  if (request.url.startsWith('/v1')) {
    expect(type).toMatch(/^application\/problem\+json/);
    expect(body).toMatchObject({
      type: expect.stringMatching(/^urn:sfm:problem:/),
      title: expect.any(String),
      status,
      detail: expect.any(String),
      request_id: expect.any(String),
    });
  } else {
    expect(type).toMatch(/^application\/json/);
    expect(Object.keys(body as object)).toEqual(['detail']);
  }
  expect({ told, named: namesField(body, request.field) }).toEqual({ told, named: true });
  expect({ told, small: text.length < 5000 }).toEqual({ told, small: true });
  expect({ told, calls: http.calls() }).toEqual({ told, calls: [] });
}

describe('hostile input is refused with a 4xx that names the field, before anything is touched', () => {
  it.each(ROUTES.map(({ url }) => url))('every wrong value of every field of POST %s', async (url) => {
    for (const request of EVERY_WRONG_FIELD.filter((one) => one.url === url)) await expectRefused(request);
  });

  it('every wrong query string and path', async () => {
    for (const request of WRONG_GETS) await expectRefused(request);
  });

  it('any mixture of them', async () => {
    await fc.assert(fc.asyncProperty(hostileRequest, expectRefused), { numRuns: 500 });
  });

  it.each([
    ['/store_bulk', 'items', '{"items":@}'],
    ['/recall_batch', 'queries', '{"queries":@}'],
    ['/payloads', 'coords', '{"coords":@}'],
    ['/hybrid_recall_with_scores', 'terms', '{"query":"x","terms":@}'],
    ['/v1/memories:batch', 'memories', '{"memories":@}'],
    ['/v1/memories', 'coordinate', '{"payload":{},"coordinate":@}'],
    ['/v1/recall', 'terms', '{"query":"x","keywords":{"terms":@}}'],
    ['/v1/recall', 'in', '{"query":"x","filter":{"a":{"in":@}}}'],
    ['/v1/admin/verify', 'namespaces', '{"namespaces":@}'],
    ['/v1/admin/reindex', 'namespaces', '{"namespaces":@}'],
  ])('hundreds of thousands of elements, with a small answer: %s %s', async (url, field, body) => {
    for (const element of ['1', '{}']) {
      const list = `[${Array(200_000).fill(element).join(',')}]`;
      await expectRefused({ method: 'POST', url, field, body: body.replace('@', list), why: `many ${element}` });
    }
  });

  it('tens of thousands of unknown fields, with a small answer', async () => {
    const fields = many(90_000).slice(1, -1);
    for (const { url, valid } of ROUTES.filter((route) => route.url.startsWith('/v1'))) {
      const body = `${valid.slice(0, -1)},${fields}}`;
      await expectRefused({ method: 'POST', url, field: 'k0', body, why: 'unknown fields' });
    }
  });

  it.each([
    ['a path of 5,000 keys', `{"${'a.'.repeat(4999)}a":1}`, '{}'],
    ['values of "in" by the million', `{"a":{"in":[${'1,'.repeat(1_000_000)}1]}}`, '{}'],
    ['1,000 conditions', many(1000), many(1000)],
    ['100,000 conditions', many(100_000), many(100_000)],
    ['a value of 500 kB', `{"a":"${'x'.repeat(500_000)}"}`, `{"a":"${'x'.repeat(500_000)}"}`],
  ])('%s in a filter, by whichever door', async (why, filter, equalities) => {
    await expectRefused({ method: 'POST', url: '/v1/recall', field: 'filter', why, body: recallWith({ filter }) });
    if (filter.length < 20_000) {
      const url = `/v1/memories?filter=${encodeURIComponent(filter)}`;
      await expectRefused({ method: 'GET', url, field: 'filter', why });
    }
    if (equalities === '{}') return;
    for (const url of ['/recall', '/recall_batch', '/memories/search']) {
      const body = recallWith({ filters: equalities, queries: '["x"]' });
      await expectRefused({ method: 'POST', url, field: 'filters', why, body });
    }
  });

  it('a context of thousands of keys', async () => {
    const body = recallWith({ context: many(10_000) });
    await expectRefused({ method: 'POST', url: '/v1/recall', field: 'context', why: 'many keys', body });
  });

  it('a body of 10 MB', async () => {
    for (const { url } of ROUTES) {
      const { status } = await send({ method: 'POST', url, body: JSON.stringify({ payload: 'x'.repeat(10_000_000) }) });
      expect(status).toBe(413);
    }
    expect(http.calls()).toEqual([]);
  });

  it('a million brackets', async () => {
    const body = `{"coord": "1", "payload": {"a": ${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}}`;
    expect((await send({ method: 'POST', url: '/store', body })).status).toBe(422);
  });
});

it('no JSON body at all leads to a 5xx', async () => {
  await fc.assert(
    fc.asyncProperty(anyBody, async ({ url, body }) => {
      expect((await send({ method: 'POST', url, body })).status).toBeLessThan(500);
    }),
    { numRuns: 500 },
  );
});

it('words that mean something to a database are searched for like any others', async () => {
  for (const query of HARMLESS_QUERIES) {
    for (const url of ['/recall', '/recall_with_scores', '/memories/search', '/v1/recall']) {
      expect({ query, status: (await send({ method: 'POST', url, body: JSON.stringify({ query }) })).status }).toEqual({
        query,
        status: 200,
      });
    }
    expect((await send({ method: 'GET', url: `/recall?query=${encodeURIComponent(query)}` })).status).toBe(200);
    expect((await send({ method: 'POST', url: '/keyword_search', body: JSON.stringify({ term: query }) })).status).toBe(
      200,
    );
  }
});
