import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { currentBudget, remainingMs, whileWanted, type RequestBudget } from '@sfm/memory';
import { request } from 'node:http';
import { waitFor } from '../../../../../test/services/lifetime/wait-for.js';
import { startHttp, TOKEN, type HttpHarness } from '../../../test/http-harness.js';
import { client } from '../../../test/requests.js';

const never = () => new Promise<never>(() => undefined);

let http: HttpHarness;
const { get, post, remove } = client(() => http);
afterEach(() => http.close());

describe('a request past its deadline', () => {
  beforeEach(async () => {
    http = await startHttp({ options: { requestTimeoutMs: 100 } });
  });

  it('is answered with 503 and when to come again, in the shape of its API', async () => {
    http.recall.work = () => whileWanted(never());
    const [v1, compatible] = await Promise.all([post('/v1/recall', { query: 'x' }), post('/recall', { query: 'x' })]);
    expect(v1).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
      body: { type: 'urn:sfm:problem:deadline_exceeded', detail: expect.stringContaining('nothing was changed') },
    });
    expect(compatible).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
      body: { detail: expect.stringContaining('nothing was changed') },
    });
  });

  it('is answered although something does not stop', async () => {
    http.truth.hold = never();
    http.recall.work = never;
    expect(await get('/recall?query=x')).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
  });

  it.each([
    ['store', () => post('/store', { coord: '1', payload: { a: 1 } })],
    ['bulk store', () => post('/store_bulk', { items: [{ coord: '1', payload: { a: 1 } }] })],
    ['store of v1', () => post('/v1/memories', { coordinate: [2], payload: {}, type: 'episodic' })],
  ])('says of a %s under way that its outcome is unknown', async (_, write) => {
    http.truth.hold = never();
    expect(await write()).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
      body: { detail: expect.stringMatching(/unknown; repeating it is safe/) },
    });
  });

  it('says of a store that was never sent that nothing was changed', async () => {
    http.truth.hold = never();
    const first = post('/v1/memories', { coordinate: [1], payload: {}, type: 'episodic' });
    await waitFor(() => http.truth.calls.length > 0);
    const waiting = post('/v1/memories', { coordinate: [2], payload: {}, type: 'episodic' });
    expect(await first).toMatchObject({ status: 503, body: { type: 'urn:sfm:problem:outcome_unknown' } });
    expect(await waiting).toMatchObject({ status: 503, body: { type: 'urn:sfm:problem:deadline_exceeded' } });
  });

  it('has the time from its body to its answer, and streams of maintenance have no limit', async () => {
    const left: number[] = [];
    http.recall.work = async () => void left.push(remainingMs());
    expect((await post('/recall', { query: 'x' })).status).toBe(200);
    expect(left[0]).toBeGreaterThan(0);
    expect(left[0]).toBeLessThanOrEqual(100);
    const budgets: unknown[] = [];
    http.verified.truth.beforeBatch = () => void budgets.push(currentBudget());
    await http.verified.store('1');
    expect((await post('/v1/admin/verify', {})).status).toBe(200);
    expect(new Set(budgets)).toEqual(new Set([undefined]));
  });
});

describe('a caller who hangs up', () => {
  const seen: RequestBudget[] = [];

  beforeEach(async () => {
    http = await startHttp();
    seen.length = 0;
    http.recall.work = () => {
      const budget = currentBudget();
      if (budget) seen.push(budget);
      return whileWanted(never());
    };
    await http.app.listen(0, '127.0.0.1');
  });

  it('ends the work of the request, body or not', async () => {
    const { port } = new URL(await http.app.getUrl());
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ query: 'x' });
    const asked = [
      request({ port, host: '127.0.0.1', path: '/recall?query=x', headers }).end(),
      request({ port, host: '127.0.0.1', path: '/recall', method: 'POST', headers }).end(body),
    ];
    for (const one of asked) one.on('error', () => undefined);
    await waitFor(() => seen.length === 2);
    for (const one of asked) one.destroy();
    await waitFor(() => seen.every(({ ended }) => ended?.why === 'hung up'));
  });
});

describe('an answered request', () => {
  it('leaves no clock running and no listener behind', async () => {
    http = await startHttp({ options: { requestTimeoutMs: 50 } });
    let budget: RequestBudget | undefined;
    http.recall.work = async () => void (budget = currentBudget());
    await http.app.listen(0, '127.0.0.1');
    const response = await fetch(`${await http.app.getUrl()}/recall?query=x`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    await response.text();
    const answeredMs = performance.now();
    await waitFor(() => performance.now() - answeredMs > 100);
    expect(budget?.ended).toBeUndefined();
    expect(budget).toMatchObject({ listeners: { size: 0 } });
    expect((await remove('/memories/404')).status).toBeLessThan(500);
  });
});
