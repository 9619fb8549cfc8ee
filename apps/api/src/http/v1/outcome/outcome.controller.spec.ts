import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startHttp, type HttpHarness } from '../../../../test/http-harness.js';
import { client } from '../../../../test/requests.js';

let http: HttpHarness;
const { get, post } = client(() => http);
const URL = '/v1/memories/1,2/outcome';

beforeAll(async () => {
  http = await startHttp();
});
beforeEach(async () => {
  http.truth.memories.clear();
  http.links.links = [];
  await post('/v1/memories', { coordinate: [1, 2], payload: { text: 'six', predicted_outcome: { at: 6 } } });
});
afterAll(() => http.close());

describe('POST /v1/memories/{coordinate}/outcome', () => {
  it('notes what was predicted, whatever the order of its keys, as right', async () => {
    const { status, body, headers } = await post(URL, { outcome: { at: 6 } });
    expect({ status, body }).toEqual({
      status: 200,
      body: { coordinate: [1, 2], version: 2, error: false, corrective: null },
    });
    expect(headers['etag']).toBe('"2"');
  });

  it('notes anything else as an error, and tells where the correction is', async () => {
    const { status, body } = await post(URL, { outcome: null });
    expect({ status, body }).toMatchObject({ status: 200, body: { version: 2, error: true } });
    const { corrective } = body as { corrective: number[] };
    const kept = await get(`/v1/memories/${corrective.join(',')}`);
    expect(kept.body).toMatchObject({ type: 'semantic', payload: { corrective_for: [1, 2], correction: null } });
    expect(http.links.links).toMatchObject([
      { type: 'corrects', from: { coordinate: corrective }, to: { key: '1,2' } },
    ]);
  });

  it('is done once for each idempotency key, and repeated for others without effect', async () => {
    const key = { 'idempotency-key': 'outcome-1' };
    const first = await post(URL, { outcome: 7 }, key);
    http.forgetCalls();
    expect((await post(URL, { outcome: 7 }, key)).body).toEqual(first.body);
    expect(http.calls()).toEqual([]);
    expect(await post(URL, { outcome: 8 }, key)).toMatchObject({ status: 422 });
    expect((await post(URL, { outcome: 7 })).body).toEqual(first.body);
    expect(http.calls()).not.toContain('write');
  });

  it.each([
    [404, '/v1/memories/9,9/outcome', { outcome: 1 }, 'memory_not_found'],
    [409, URL, { outcome: 1, expected_version: 5 }, 'version_conflict'],
    [422, URL, {}, 'invalid_request'],
    [422, URL, { outcome: 'a\0b' }, 'invalid_request'],
    [422, URL, { outcome: 1, expected_version: 0 }, 'invalid_request'],
    [422, URL, { outcome: 1, result: 2 }, 'invalid_request'],
    [422, '/v1/memories/x/outcome', { outcome: 1 }, 'invalid_coordinate'],
  ])('answers %i at %s with %j', async (status, url, body, code) => {
    http.forgetCalls();
    expect(await post(url, body)).toMatchObject({ status, body: { type: `urn:sfm:problem:${code}` } });
    expect(http.calls()).not.toContain('write');
  });
});
