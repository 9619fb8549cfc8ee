import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { InvalidRequestError } from '@sfm/memory';
import { startHttp, type HttpHarness } from '../../../../test/http-harness.js';
import { client } from '../../../../test/requests.js';

const FROM = '2026-01-31T12:00:00.000Z';
const TO = '2026-02-28T12:00:00.000Z';

let http: HttpHarness;
const { get, post, patch } = client(() => http);
const put = (body: object) => post('/v1/memories', { coordinate: [1], payload: { n: 1 }, ...body });

beforeAll(async () => {
  http = await startHttp();
});
beforeEach(() => {
  http.truth.memories.clear();
  http.truth.ledger.clear();
});
afterAll(() => http.close());

it('takes when a memory holds and what it supersedes, and gives it back', async () => {
  await put({ coordinate: [2] });
  await put({ valid_from: '2026-01-31T13:00:00+01:00', valid_to: TO, supersedes: [[2, -0], '3,4'] });
  const said = {
    valid_from: FROM,
    valid_to: TO,
    supersedes: [
      [2, 0],
      [3, 4],
    ],
  };
  expect((await get('/v1/memories/1')).body).toMatchObject(said);
  expect((await get('/v1/memories/1/history')).body).toMatchObject({ versions: [said] });
  const plain = (await get('/v1/memories/2')).body;
  for (const name of ['valid_from', 'valid_to', 'supersedes', 'superseded_by', 'superseded_at']) {
    expect(plain).not.toHaveProperty(name);
  }
});

it('begins to hold now where it supersedes and names no beginning', async () => {
  const before = Date.now();
  await put({ supersedes: [[2]] });
  const { body } = await get('/v1/memories/1');
  const from = Date.parse((body as { valid_from: string }).valid_from);
  expect(from).toBeGreaterThanOrEqual(before);
  expect(from).toBeLessThanOrEqual(Date.now());
});

it('tells what supersedes a memory, and since when', async () => {
  await put({});
  const memory = [...http.truth.memories.values()][0];
  const validity = { fromMs: null, toMs: null, supersedes: [], supersededBy: { '2,5': 0 }, supersededAtMs: 0 };
  if (memory) http.truth.memories.set('api_ns/1', { ...memory, validity });
  const expected = { superseded_by: [[2, 5]], superseded_at: '1970-01-01T00:00:00.000Z' };
  expect((await get('/v1/memories/1')).body).toMatchObject(expected);
});

it('changes it by a PATCH, and keeps what is not named', async () => {
  await put({ valid_from: FROM, valid_to: TO });
  expect((await patch('/v1/memories/1', { importance: 3 })).status).toBe(200);
  expect((await get('/v1/memories/1')).body).toMatchObject({ valid_from: FROM, valid_to: TO, importance: 3 });
  await patch('/v1/memories/1', { valid_from: null, valid_to: '2027-01-01T00:00:00Z' });
  const changed = (await get('/v1/memories/1')).body;
  expect(changed).toMatchObject({ valid_to: '2027-01-01T00:00:00.000Z' });
  expect(changed).not.toHaveProperty('valid_from');
  await patch('/v1/memories/1', { supersedes: ['2'] });
  expect((await get('/v1/memories/1')).body).toMatchObject({ supersedes: [[2]] });
  await patch('/v1/memories/1', { supersedes: [] });
  expect((await get('/v1/memories/1')).body).not.toHaveProperty('supersedes');
  expect((await get('/v1/memories/1/diff?from=1&to=2')).body).toMatchObject({ changes: [{ path: '/importance' }] });
  const { changes } = (await get('/v1/memories/1/diff?from=1&to=3')).body as { changes: { path: string }[] };
  expect(changes.map(({ path }) => path).sort()).toEqual(['/importance', '/valid_from', '/valid_to']);
});

it.each([
  [{ valid_from: TO, valid_to: FROM }, 'valid_to', 'after valid_from'],
  [{ valid_from: TO, valid_to: TO }, 'valid_to', 'after valid_from'],
  [{ valid_to: FROM, supersedes: [[2]] }, 'valid_to', 'must lie after the present'],
  [{ valid_from: 'yesterday' }, 'valid_from', 'ISO 8601'],
  [{ valid_to: 1_900_000_000 }, 'valid_to', ''],
  [{ valid_to: '9999-12-31T23:59:59-01:00' }, 'valid_to', 'years 0 to 9999'],
  [{ supersedes: [[1]] }, 'supersedes', 'the memory itself'],
  [{ supersedes: [[2], '1.0'] }, 'supersedes', 'the memory itself'],
  [{ supersedes: [[2], []] }, 'supersedes.1', 'at least one number'],
  [{ supersedes: ['2', 'a,b'] }, 'supersedes.1', 'not a finite decimal number'],
  [{ supersedes: [{ namespace: 'other', coordinate: [2] }] }, 'supersedes.0', 'array of finite numbers'],
  [{ supersedes: '2' }, 'supersedes', ''],
  [{ supersedes: Array.from({ length: 101 }, (_, n) => [n + 2]) }, 'supersedes', '100'],
])('refuses %j, in a store and a PATCH, and says what is allowed', async (body, field, why) => {
  await put({});
  for (const refused of [await put(body), await patch('/v1/memories/1', body)]) {
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ field }] } });
    expect(JSON.stringify(refused.body)).toContain(why);
  }
  expect((await get('/v1/memories/1')).body).toMatchObject({ version: 1 });
});

it('answers 422 where the store refuses what is superseded', async () => {
  http.truth.failNextWrite(new InvalidRequestError('supersedes', 'must not lead back to the memory itself'));
  expect(await put({ supersedes: [[2]] })).toMatchObject({ status: 422, body: { errors: [{ field: 'supersedes' }] } });
  const { body } = await post('/v1/memories:batch', {
    memories: [
      { coordinate: [1], payload: {}, supersedes: [[1]] },
      { coordinate: [2], payload: {}, valid_from: FROM },
    ],
  });
  expect(body).toMatchObject({ stored: 1, results: [{ status: 422 }, { status: 201 }] });
});

it('hands on for which time is asked, and whether superseded ones are wanted', async () => {
  const valid = (atMs: unknown, withSuperseded: boolean) => ({ atMs, withSuperseded });
  await get('/v1/memories');
  expect(http.truth.lastQuery).toMatchObject({ valid: valid(expect.any(Number), false) });
  await get(`/v1/memories?valid_at=${FROM}&include_superseded=true`);
  expect(http.truth.lastQuery).toMatchObject({ valid: valid(Date.parse(FROM), true) });
  await get('/v1/memories?include_superseded=true');
  expect(http.truth.lastQuery).toMatchObject({ valid: valid(expect.any(Number), true) });
  const then = '2026-03-02T00:00:00Z';
  await get(`/v1/memories?valid_at=${FROM}&as_known_at=${then}`);
  expect(http.truth.lastQuery).toMatchObject({ query: { valid: valid(Date.parse(FROM), false) }, at: new Date(then) });
  await post('/v1/recall', { query: 'kettle', valid_at: FROM, include_superseded: true });
  const validity = { at: new Date(FROM), withSuperseded: true };
  expect(http.recall.requests.at(-1)).toMatchObject({ request: { validity } });
  await post('/v1/recall', { query: 'kettle' });
  expect(JSON.stringify(http.recall.requests.at(-1))).not.toContain('validity');
  await post('/v1/recall:batch', { questions: [{ query: 'kettle', valid_at: FROM }, { query: 'kettle' }] });
  const [first, second] = http.recall.requests.slice(-2);
  expect(first).toMatchObject({ request: { validity: { at: new Date(FROM) } } });
  expect(JSON.stringify(second)).not.toContain('validity');
  expect(await post('/v1/recall:batch', { questions: [{ query: 'kettle', valid_at: 5 }] })).toMatchObject({
    body: { results: [{ status: 422 }] },
  });
  for (const wrong of ['valid_at=soon', 'include_superseded=maybe']) {
    expect(await get(`/v1/memories?${wrong}`)).toMatchObject({ status: 422 });
  }
  expect(await post('/v1/recall', { query: 'kettle', valid_at: 5 })).toMatchObject({ status: 422 });
});

it.each(['recent', 'important', 'sample', 'summaries'])('holds for memories:%s too', async (name) => {
  await get(`/v1/memories:${name}`);
  expect(http.truth.lastQuery).toMatchObject({ valid: { atMs: expect.any(Number), withSuperseded: false } });
  await get(`/v1/memories:${name}?valid_at=${FROM}&include_superseded=true`);
  expect(http.truth.lastQuery).toMatchObject({ valid: { atMs: Date.parse(FROM), withSuperseded: true } });
  expect(await get(`/v1/memories:${name}?valid_at=soon`)).toMatchObject({
    status: 422,
    body: { errors: [{ field: 'valid_at' }] },
  });
});

it('holds for the nearest memories too', async () => {
  const nearest = (body: object) => post('/v1/coordinates:nearest', { coordinate: [1], ...body });
  await nearest({});
  expect(http.truth.lastQuery).toMatchObject({ valid: { atMs: expect.any(Number), withSuperseded: false } });
  await nearest({ valid_at: FROM, include_superseded: true });
  expect(http.truth.lastQuery).toMatchObject({ valid: { atMs: Date.parse(FROM), withSuperseded: true } });
  expect(await nearest({ valid_at: 'soon' })).toMatchObject({ status: 422, body: { errors: [{ field: 'valid_at' }] } });
});
