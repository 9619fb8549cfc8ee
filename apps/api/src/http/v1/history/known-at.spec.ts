import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startHttp, type HttpHarness } from '../../../../test/http-harness.js';
import { client } from '../../../../test/requests.js';

const THEN = '2026-03-02T00:00:00Z';

let http: HttpHarness;
const { get, post, remove } = client(() => http);

beforeAll(async () => {
  http = await startHttp();
  await post('/v1/memories', { coordinate: [1], payload: { n: 1 } });
});
afterAll(() => http.close());

it('reads, lists and recalls as known at a time', async () => {
  const read = await get(`/v1/memories/1?as_known_at=${THEN}`);
  expect(read).toMatchObject({ status: 200, body: { payload: { n: 1 } } });
  expect(http.truth.lastQuery).toEqual({ keys: ['1'], at: new Date(THEN) });
  const listed = await get(
    `/v1/memories?limit=7&type=semantic&as_known_at=${encodeURIComponent('2026-03-02T02:00:00+02:00')}`,
  );
  expect(listed).toMatchObject({ status: 200, body: { memories: [{ coordinate: [1] }], next_cursor: null } });
  const valid = { atMs: Date.parse(THEN), withSuperseded: false };
  const query = { limit: 7, filter: { type: 'semantic' }, valid };
  expect(http.truth.lastQuery).toEqual({ query, at: new Date(THEN) });
  await post('/v1/recall', { query: 'kettle', as_known_at: THEN });
  expect(http.recall.requests.at(-1)).toMatchObject({ request: { query: 'kettle' }, at: new Date(THEN) });
});

it.each([
  ['2126-01-01T00:00:00Z', 404, 'future'],
  ['2026-01-01T00:00:00Z', 404, 'before 2026-03-01T10:00:00.000Z'],
  ['yesterday', 422, 'ISO 8601'],
  ['', 422, 'ISO 8601'],
])('the time %j is refused', async (time, status, why) => {
  for (const url of [`/v1/memories/1?as_known_at=${time}`, `/v1/memories?as_known_at=${time}`]) {
    const refused = await get(url);
    expect(refused).toMatchObject({ status, body: { errors: [{ field: 'as_known_at' }] } });
    expect(JSON.stringify(refused.body)).toContain(why);
  }
});

it('tells what was deleted since from what never was', async () => {
  await post('/v1/memories', { coordinate: [2], payload: { secret: 'kettle' } });
  await remove('/v1/memories/2');
  const gone = await get(`/v1/memories/2?as_known_at=${THEN}`);
  expect(gone).toMatchObject({ status: 410, body: { type: 'urn:sfm:problem:version_unavailable' } });
  expect(JSON.stringify(gone.body)).not.toContain('kettle');
  expect(await get(`/v1/memories/404?as_known_at=${THEN}`)).toMatchObject({ status: 404 });
});
