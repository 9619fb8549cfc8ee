import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startHttp, type HttpHarness } from '../../../../test/http-harness.js';
import { client } from '../../../../test/requests.js';

let http: HttpHarness;
const { get, post } = client(() => http);

beforeAll(async () => {
  http = await startHttp();
  await post('/v1/memories', { coordinate: [1], payload: { task: 'boil', fact: 'x' }, importance: 5 });
  await post('/v1/memories', { coordinate: [2], payload: { fact: 'a kettle' }, type: 'semantic', importance: 1 });
  await post('/v1/memories', { coordinate: [3], payload: { text: 'x' }, importance: 9 });
});
afterAll(() => http.close());

const selected = async (url: string) => {
  const { status, body } = await get(url);
  expect(status).toBe(200);
  return (body as { memories: { coordinate: number[] }[] }).memories.map(({ coordinate }) => coordinate[0]);
};

it('the recent, the important and a sample of the memories are read whole', async () => {
  expect(await selected('/v1/memories:recent')).toEqual([3, 2, 1]);
  expect(await selected('/v1/memories:recent?limit=1&type=semantic')).toEqual([2]);
  expect(await selected('/v1/memories:important?limit=2')).toEqual([3, 1]);
  expect((await selected('/v1/memories:sample')).sort()).toEqual([1, 2, 3]);
  expect(http.truth.lastQuery).toEqual({ limit: 10, valid: expect.anything() });
  expect((await get('/v1/memories:recent?limit=1')).body).toMatchObject({
    memories: [
      { coordinate: [3], type: 'episodic', payload: { text: 'x' }, importance: 9, version: 1, expires_at: null },
    ],
  });
});

it('the recent ones are summarized by their task or fact', async () => {
  expect((await get('/v1/memories:summaries?limit=3')).body).toEqual({
    summaries: [
      { coordinate: [3], summary: '<no summary>' },
      { coordinate: [2], summary: 'a kettle' },
      { coordinate: [1], summary: 'boil' },
    ],
  });
});

it.each(['recent', 'important', 'sample', 'summaries'])(
  '%s refuses what is not allowed, and names it',
  async (name) => {
    for (const [field, query] of [
      ['limit', 'limit=0'],
      ['limit', 'limit=1001'],
      ['limit', 'limit=x'],
      ['type', 'type=both'],
      ['order', 'order=up'],
    ]) {
      expect(await get(`/v1/memories:${name}?${query}`)).toMatchObject({ status: 422, body: { errors: [{ field }] } });
    }
  },
);
