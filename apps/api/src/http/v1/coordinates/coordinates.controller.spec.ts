import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startHttp, type HttpHarness } from '../../../../test/http-harness.js';
import { client } from '../../../../test/requests.js';

let http: HttpHarness;
const { post } = client(() => http);
const nearest = (body: unknown) => post('/v1/coordinates:nearest', body);

beforeAll(async () => {
  http = await startHttp();
  await post('/v1/memories', { coordinate: [3, 4], payload: { text: 'kettle' } });
});
afterAll(() => http.close());

it('answers what lives nearby, with its distance', async () => {
  const { status, body } = await nearest({
    coordinate: '0,0',
    top_k: 3,
    type: 'semantic',
    max_distance: 9,
    filter: { a: 1 },
  });
  expect(http.truth.calls.slice(-2)).toEqual(['nearest', 'findByKeys']);
  expect([status, body]).toMatchObject([
    200,
    { hits: [{ coordinate: [3, 4], payload: { text: 'kettle' }, distance: 5 }], complete: true },
  ]);
});

it('hands every setting on', async () => {
  http.truth.memories.clear();
  await nearest({ coordinate: [0, 0], type: 'semantic', max_distance: 9, filter: { a: 1 } });
  expect(http.truth.lastQuery).toEqual({
    to: [0, 0],
    limit: 10,
    valid: { atMs: expect.any(Number), withSuperseded: false },
    maxDistance: 9,
    filter: { type: 'semantic', payload: [{ path: ['a'], equals: 1 }] },
  });
});

it.each([
  [{}, 422, 'coordinate'],
  [{ coordinate: [] }, 422, 'coordinate'],
  [{ coordinate: ['a'] }, 422, 'coordinate'],
  [{ coordinate: [1], top_k: 0 }, 422, 'top_k'],
  [{ coordinate: [1], top_k: 1001 }, 422, 'top_k'],
  [{ coordinate: [1], max_distance: -1 }, 422, 'max_distance'],
  [{ coordinate: [1], filter: { a: { bad: 1 } } }, 422, 'filter'],
  [{ coordinate: [1], near: 2 }, 422, 'near'],
])('refuses %j and names the field', async (body, status, field) => {
  const answer = await nearest(body);
  expect([answer.status, JSON.stringify(answer.body)]).toEqual([status, expect.stringContaining(field)]);
});
