import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { canonicalJson, JsonNumber, parseJson, type JsonObject } from '@sfm/memory';
import { WRITTEN_NUMBERS } from '@sfm/memory/testing';
import { startHttp, TOKEN, type HttpHarness } from '../../test/http-harness.js';

let http: HttpHarness;

beforeAll(async () => {
  http = await startHttp();
});
beforeEach(() => {
  http.truth.memories.clear();
  http.forgetCalls();
});
afterAll(() => http.close());

const NUMBERS = `[${WRITTEN_NUMBERS.join()}]`;
const PAYLOAD =
  `{"__proto__":{"x":1.0},"big":[6.02e+23,9007199254740993],"constructor":{"prototype":1},"numbers":${NUMBERS},` +
  `"prototype":0,"text":"kettle"}`;

/** Sends raw JSON; gives back the raw text. */
async function send(method: 'GET' | 'POST', url: string, payload?: string) {
  const headers = { authorization: `Bearer ${TOKEN}`, ...(payload ? { 'content-type': 'application/json' } : {}) };
  const response = await http.app.inject({ method, url, headers, ...(payload ? { payload } : {}) });
  return { status: response.statusCode, text: response.body };
}

const STORES: readonly (readonly [string, string])[] = [
  ['/store', `{"coord":"1.0,2,3","payload":${PAYLOAD}}`],
  ['/remember', `{"coord":"1.0,2,3","payload":${PAYLOAD}}`],
  ['/store_bulk', `{"items":[{"coord":"1,2e0,3","payload":${PAYLOAD}}]}`],
  ['/memories', `{"coord":"1,2,3","payload":${PAYLOAD}}`],
  ['/v1/memories', `{"coordinate":[1.0,2e0,3],"importance":5e-1,"payload":${PAYLOAD}}`],
  ['/v1/memories:batch', `{"memories":[{"coordinate":[1.0,2,3],"importance":0.50,"payload":${PAYLOAD}}]}`],
];
const READS: readonly (readonly ['GET' | 'POST', string, string])[] = [
  ['GET', '/memories/1,2,3', ''],
  ['GET', '/v1/memories/1,2,3', ''],
  ['GET', '/v1/memories', ''],
  ['POST', '/payloads', '{"coords":["1,2,3"]}'],
  ['POST', '/keyword_search', '{"term":"kettle"}'],
  ...['/recall', '/recall_with_scores', '/hybrid_recall_with_scores', '/memories/search', '/v1/recall'].map(
    (url) => ['POST', url, '{"query":"kettle"}'] as const,
  ),
  ['POST', '/recall_with_context', '{"query":"kettle","context":{}}'],
  ['POST', '/recall_batch', '{"queries":["kettle"]}'],
  ['GET', '/recall?query=kettle', ''],
  ['GET', '/memories/search?query=kettle', ''],
];

describe('the numbers of a payload', () => {
  it.each(STORES)('arrive as they were written, through POST %s', async (url, body) => {
    expect((await send('POST', url, body)).status).toBeLessThan(300);
    const [memory] = http.truth.memories.values();
    expect(memory?.key).toBe('1,2,3');
    expect(canonicalJson(memory?.payload ?? null)).toBe(PAYLOAD);
    if (url.startsWith('/v1')) expect(memory?.importance).toBe(0.5);
  });

  it.each(READS)('are given back as they were written, by %s %s', async (method, url, body) => {
    await send('POST', '/store', `{"coord":"1,2,3","payload":${PAYLOAD}}`);
    const [memory] = http.truth.memories.values();
    http.recall.result = { hits: memory ? [{ memory, score: 1 }] : [], degraded: [] };
    const { status, text } = await send(method, url, body);
    expect(status).toBe(200);
    for (const part of [NUMBERS, '[6.02e+23,9007199254740993]', '{"x":1.0}', '{"prototype":1}']) {
      expect(text).toContain(part);
    }
  });

  it.each([
    ['/recall', '{"query":"x","top_k":5.0,"filters":{"id":1234567890123456789,"rate":1.0}}'],
    ['/v1/recall', '{"query":"x","top_k":5e0,"filter":{"id":1234567890123456789,"rate":{"eq":1.0}}}'],
  ])('are filtered by with all their digits, through POST %s', async (url, body) => {
    expect((await send('POST', url, body)).status).toBe(200);
    expect(http.recall.lastRequest?.topK).toBe(5);
    expect(http.recall.lastRequest?.filter?.payload).toEqual([
      { path: ['id'], equals: new JsonNumber('1234567890123456789') },
      { path: ['rate'], equals: new JsonNumber('1.0') },
    ]);
  });

  it('are filtered by with all their digits in query strings', async () => {
    const filter = encodeURIComponent('{"id":{"gt":1234567890123456789}}');
    expect((await send('GET', `/v1/memories?filter=${filter}`)).status).toBe(200);
    expect(http.truth.lastQuery).toMatchObject({
      filter: { payload: [{ path: ['id'], range: { gt: new JsonNumber('1234567890123456789') } }] },
    });
  });
});

describe('a number that no payload holds', () => {
  it.each([
    ['/v1/memories', '{"coordinate":[1],"payload":{},"importance":1e400}', 'importance'],
    ['/v1/memories', '{"coordinate":[1],"payload":{},"expected_version":1.50}', 'expected_version'],
    ['/v1/memories', '{"coordinate":[1],"payload":1.0}', 'payload'],
    ['/recall', '{"query":"x","top_k":1.50}', 'top_k'],
    ['/recall', '{"query":1.0}', 'query'],
    ['/store', '{"coord":[1.0],"payload":{}}', 'coord'],
  ])('is refused where it means nothing: %s %s', async (url, body, field) => {
    const { status, text } = await send('POST', url, body);
    expect(status).toBe(422);
    expect(text).toContain(field);
    expect(http.calls()).toEqual([]);
  });

  it('is shown in an error as it was written', async () => {
    const { text } = await send('POST', '/store', '{"coord":1234567890123456789,"payload":{}}');
    expect(text).toContain('"input":1234567890123456789');
  });

  it.each<readonly ['GET' | 'POST', string, string]>([
    ['POST', '/store', '{"coord":"1234567890123456789","payload":{}}'],
    ['POST', '/v1/memories', '{"coordinate":[1234567890123456789],"payload":{}}'],
    ['POST', '/v1/memories', '{"coordinate":["0.1"],"payload":{}}'],
    ['POST', '/payloads', '{"coords":["0.1000000000000000055511151231257827"]}'],
    ['GET', '/memories/1234567890123456789', ''],
    ['GET', '/range?min=1234567890123456789&max=2e18', ''],
  ])('is refused as a coordinate when a double would round it: %s %s', async (method, url, body) => {
    const { status, text } = await send(method, url, body);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    if (!body.includes('"0.1"')) expect(text).toContain('cannot be held exactly; the nearest that can is ');
    expect(http.calls()).toEqual([]);
  });
});

it('keys that name prototypes change none', async () => {
  const body = '{"coord":"1","__proto__":{"coord":"2"},"payload":{"__proto__":{"isAdmin":true},"a":1.0}}';
  expect((await send('POST', '/store', body)).status).toBe(200);
  const [memory] = http.truth.memories.values();
  expect(memory?.key).toBe('1');
  expect(Object.getPrototypeOf(memory?.payload)).toBe(Object.prototype);
  expect((parseJson('{}') as JsonObject)['isAdmin']).toBeUndefined();
});
