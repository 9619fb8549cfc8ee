import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startHttp, type HttpHarness } from '../../../../test/http-harness.js';
import { client } from '../../../../test/requests.js';

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
  expect(http.truth.lastQuery).toEqual({ term: 'a%b', exact: false, caseSensitive: true, limit: 3, type: 'semantic' });
});

it('/range answers coordinates inside the box', async () => {
  expect((await get('/range?min=0,0,0&max=2,2,3&type=episodic')).body).toEqual({ coords: [[1, 2, 3]] });
  expect(http.truth.lastQuery).toEqual({ min: [0, 0, 0], max: [2, 2, 3], type: 'episodic' });
});

it('/payloads answers in the order asked, with each coordinate as it was sent', async () => {
  const { body } = await post('/payloads', { coords: ['9,9,9', '1.0, 2.0,3e0'], universe: 'real' });
  expect(body).toMatchObject({
    payloads: [{ coord: '1.0, 2.0,3e0', payload: { text: 'blue', coordinate: [1, 2, 3] } }],
  });
  expect((await post('/payloads', { coords: [] })).body).toEqual({ payloads: [] });
});
