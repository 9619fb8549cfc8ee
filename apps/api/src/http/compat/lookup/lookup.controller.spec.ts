import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startHttp, type HttpHarness } from '../../../../test/http-harness.js';
import { client } from '../../../../test/requests.js';

/** What holds at present, and was not superseded. */
const PRESENT = { atMs: expect.any(Number), withSuperseded: false };

let http: HttpHarness;
const { get, post } = client(() => http);

beforeAll(async () => {
  http = await startHttp();
  await post('/store', { coord: '1,2,3', payload: { text: 'blue' } });
});
afterAll(() => http.close());

it('/keyword_search answers flat payloads and hands every setting on', async () => {
  const { body } = await post('/keyword_search', {
    term: 'a%b',
    exact: false,
    case_sensitive: true,
    top_k: 3,
    type: 'semantic',
  });
  expect(body).toMatchObject({ results: [{ text: 'blue', coordinate: [1, 2, 3] }] });
  expect(http.truth.lastQuery).toEqual({
    term: 'a%b',
    exact: false,
    caseSensitive: true,
    limit: 3,
    type: 'semantic',
    valid: PRESENT,
  });
});

it('/range answers coordinates inside the box', async () => {
  expect((await get('/range?min=0,0,0&max=2,2,3&type=episodic')).body).toEqual({ coords: [[1, 2, 3]] });
  expect(http.truth.lastQuery).toEqual({
    min: [0, 0, 0],
    max: [2, 2, 3],
    type: 'episodic',
    limit: 10_000,
    valid: PRESENT,
  });
});

it('/payloads answers in the order asked, with each coordinate as it was sent', async () => {
  const { body } = await post('/payloads', { coords: ['9,9,9', '1.0, 2.0,3e0'], universe: 'real' });
  expect(body).toMatchObject({
    payloads: [{ coord: '1.0, 2.0,3e0', payload: { text: 'blue', coordinate: [1, 2, 3] } }],
  });
  expect((await post('/payloads', { coords: [] })).body).toEqual({ payloads: [] });
});

it('/keyword_search finds nothing for what no payload holds, and never shortens a term', async () => {
  for (const [body, warning] of [
    [{ term: '' }, undefined],
    [{ term: 'a\u0000' }, undefined],
    [{ term: '\ud800' }, undefined],
    [{ term: 'a', top_k: 0 }, undefined],
    [{ term: 'x'.repeat(10_001) }, '299 - "term: longer than 10000 characters; nothing is returned"'],
  ] as const) {
    http.forgetCalls();
    const { status, body: answer, headers } = await post('/keyword_search', body);
    expect({ status, answer, warning: headers['warning'] }).toEqual({ status: 200, answer: { results: [] }, warning });
    expect(http.calls()).toEqual([]);
  }
});

it('/keyword_search reads numbers and flags as text, and takes blanks literally', async () => {
  const body = { term: ' ', exact: 'false', case_sensitive: 'true', top_k: '5000', type: 'procedural' };
  expect((await post('/keyword_search', body)).status).toBe(200);
  expect(http.truth.lastQuery).toEqual({ term: ' ', exact: false, caseSensitive: true, limit: 1000, valid: PRESENT });
});

it('/range takes a type of the client as none', async () => {
  expect((await get('/range?min=0,0,0&max=2,2,3&type=procedural')).body).toEqual({ coords: [[1, 2, 3]] });
});

it('/payloads reads more coordinates than the limit in portions', async () => {
  http.forgetCalls();
  const coords = [...Array.from({ length: 250 }, (_, n) => `${n},0,0`), '1,2,3'];
  expect((await post('/payloads', { coords })).body).toMatchObject({ payloads: [{ coord: '1,2,3' }] });
  expect(http.calls()).toEqual(['findByKeys', 'findByKeys', 'findByKeys']);
});

describe('a search that ends early', () => {
  const more = { createdAtMs: 1_700_000_000_000, id: 7 };
  afterEach(() => {
    http.truth.more = undefined;
  });

  it.each([
    ['/range', 'after', (cursor?: string) => get(`/range?min=0&max=9&limit=2${cursor ? `&cursor=${cursor}` : ''}`)],
    [
      '/keyword_search',
      'before',
      (cursor?: string) => post('/keyword_search', { term: 'x', ...(cursor && { cursor }) }),
    ],
  ] as const)('of %s says so in headers, and is continued with the cursor', async (_, from, ask) => {
    http.truth.more = more;
    const first = await ask();
    expect(first.status).toBe(200);
    expect(first.headers['warning']).toContain('there may be more');
    const cursor = String(first.headers['x-soma-next-cursor']);
    http.truth.more = undefined;
    const rest = await ask(cursor);
    expect(http.truth.lastQuery).toMatchObject({ [from]: more });
    expect(rest.headers).not.toHaveProperty('x-soma-next-cursor');
    expect((await ask('forged')).status).toBe(404);
  });
});
