import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { StoreUnavailableError } from '@sfm/memory';
import { startHttp, type HttpHarness } from '../../../../test/http-harness.js';
import { client } from '../../../../test/requests.js';

let http: HttpHarness;
let finish = () => {};
const { post } = client(() => http);
const writes = () => http.calls().filter((call) => call === 'write').length;

beforeAll(async () => {
  http = await startHttp();
});
afterEach(() => {
  finish();
  http.truth.failure = undefined;
  http.truth.memories.clear();
  http.forgetCalls();
});
afterAll(() => http.close());

describe.each([
  { url: '/v1/memories', bodyAt: (n: number) => ({ coordinate: [n], payload: {} }), status: 201 },
  {
    url: '/v1/memories:batch',
    bodyAt: (n: number) => ({ memories: [{ coordinate: [n], payload: {} }, 'nonsense'] }),
    status: 200,
  },
])('POST $url with an Idempotency-Key', ({ url, bodyAt, status }) => {
  const keyed = (key: string) => ({ 'idempotency-key': `${url} ${key}`.replaceAll(' ', '-') });

  it('repeats the answer without writing again', async () => {
    const first = await post(url, bodyAt(7), keyed('repeats'));
    expect(first.status).toBe(status);
    expect(await post(url, bodyAt(7), keyed('repeats'))).toMatchObject({ status, body: first.body });
    expect(writes()).toBe(1);
  });

  it('repeats an answer for an hour', async () => {
    const answer = async () => (await post(url, bodyAt(9), keyed('an hour'))).status;
    expect(await answer()).toBe(status);
    expect(writes()).toBe(1);
    const now = Date.now.bind(Date);
    let passedMs = 59 * 60_000;
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() + passedMs);
    try {
      expect(await answer()).toBe(status);
      expect(writes()).toBe(1);
      passedMs = 61 * 60_000;
      await answer();
      expect(writes()).toBe(2);
    } finally {
      clock.mockRestore();
    }
  });

  it('answers 422 for another body under the key, and for a key that is none', async () => {
    await post(url, bodyAt(7), keyed('another'));
    expect(await post(url, bodyAt(8), keyed('another'))).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'Idempotency-Key' }] },
    });
    expect(await post(url, bodyAt(7), { 'idempotency-key': 'x'.repeat(256) })).toMatchObject({ status: 422 });
    expect(writes()).toBe(1);
  });

  it('answers 409 while the first is being answered', async () => {
    http.truth.hold = new Promise((resolve) => (finish = resolve));
    const first = post(url, bodyAt(7), keyed('in flight'));
    while (writes() === 0) await turn();
    const second = await post(url, bodyAt(7), keyed('in flight'));
    expect(second).toMatchObject({ status: 409, body: { type: 'urn:sfm:problem:request_in_flight' } });
    expect(second.headers['retry-after']).toBe('1');
    finish();
    const { status: answered, body } = await first;
    expect(answered).toBe(status);
    expect(await post(url, bodyAt(7), keyed('in flight'))).toMatchObject({ status, body });
    expect(writes()).toBe(1);
  });

  it('does not share keys between namespaces', async () => {
    await post(url, bodyAt(1), { ...keyed('namespaces'), 'x-soma-namespace': 'team_a' });
    expect(await post(url, bodyAt(2), keyed('namespaces'))).toMatchObject({ status });
  });

  it.each([
    { kind: 'may pass', failure: new StoreUnavailableError('away') },
    { kind: 'is our fault', failure: new Error('bug') },
  ])('tries again after a failure that $kind', async ({ failure }) => {
    const key = keyed(`after ${failure.message}`);
    http.truth.failure = failure;
    const failed = await post(url, bodyAt(3), key);
    expect(failed.body).toMatchObject(status === 201 ? { status: expect.any(Number) } : { stored: 0 });
    http.truth.failure = undefined;
    const { status: answered, body } = await post(url, bodyAt(3), key);
    expect(answered).toBe(status);
    expect(body).toMatchObject(status === 201 ? { created: true } : { stored: 1, failed: 1 });
  });
});

it('the two routes do not share keys', async () => {
  const key = { 'idempotency-key': 'shared' };
  await post('/v1/memories', { coordinate: [1], payload: {} }, key);
  expect(await post('/v1/memories:batch', { memories: [{ coordinate: [1], payload: {} }] }, key)).toMatchObject({
    status: 200,
  });
});
