import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startHttp, type HttpHarness } from '../../../../test/http-harness.js';
import { client } from '../../../../test/requests.js';

let http: HttpHarness;
const { send } = client(() => http);

beforeAll(async () => {
  http = await startHttp();
});
afterAll(() => http.close());

/** Requests in a namespace of their own. */
const inNamespace = (namespace: string) => {
  const headers = { 'x-soma-namespace': namespace };
  const ask = (method: 'GET' | 'POST' | 'DELETE', url: string, body?: object) => send(method, url, body, headers);
  return {
    ask,
    keep: (n: number, text: string) =>
      ask('POST', '/v1/memories', { coordinate: [n], payload: { text, timestamp: n } }),
    consolidate: (body: object = {}) => ask('POST', '/v1/consolidations', { until: '2026-03-01T10:00:01Z', ...body }),
  };
};
const fieldOf = (field: string) => ({ status: 422, body: { errors: [{ field }] } });

describe('/v1/consolidations', () => {
  it('shows what would be done, does it, tells of it, and undoes it', async () => {
    const { ask, keep, consolidate } = inNamespace('whole');
    await keep(1, 'the kettle boils water');
    await keep(2, 'the kettle boils more water');
    const cluster = {
      state: 'new',
      by: ['similarity'],
      sources: [
        { coordinate: [1], version: 1, text: 'the kettle boils water' },
        { coordinate: [2], version: 1, text: 'the kettle boils more water' },
      ],
      payload: { consolidated_from: [[1], [2]], timestamp: 2 },
    };
    http.forgetCalls();
    const shown = await consolidate({ dry_run: true });
    expect(shown).toMatchObject({ status: 200, body: { looked_at: 2, has_more: false, clusters: [cluster] } });
    expect(http.calls()).not.toContain('write');
    const done = await consolidate();
    expect(done).toMatchObject({
      status: 201,
      body: {
        state: 'done',
        request: { window_seconds: 3600, until: '2026-03-01T10:00:01.000Z', by: ['links', 'session', 'similarity'] },
        looked_at: 2,
        found: 1,
        unchanged: 0,
        memories: [{ version: 1, prior_version: 0, outcome: 'made' }],
        clusters: [cluster],
      },
    });
    const { location } = done.headers;
    const { clusters, ...run } = done.body as { id: string; clusters: [{ coordinate: number[] }] };
    expect(location).toBe(`/v1/consolidations/${run.id}`);
    expect((await ask('GET', String(location))).body).toEqual(run);
    const { memories: _, ...listed } = run as typeof run & { memories: unknown };
    expect((await ask('GET', '/v1/consolidations')).body).toEqual({ consolidations: [listed], next_cursor: null });
    const place = `/v1/memories/${clusters[0].coordinate.join(',')}`;
    expect(await ask('GET', place)).toMatchObject({ status: 200, body: { type: 'semantic' } });
    const undone = await ask('DELETE', String(location));
    expect(undone).toMatchObject({ status: 200, body: { state: 'undone', memories: [{ outcome: 'undone' }] } });
    expect((await ask('GET', place)).status).toBe(404);
    expect(await ask('DELETE', String(location))).toMatchObject({ status: 200, body: { state: 'undone' } });
  });

  it('lists runs a page at a time, and knows none of another namespace', async () => {
    const { ask, consolidate } = inNamespace('paged');
    const ids: string[] = [];
    for (const min_sources of [2, 3, 4]) ids.unshift(((await consolidate({ min_sources })).body as { id: string }).id);
    const page = async (more = '') => {
      const { body } = await ask('GET', `/v1/consolidations?limit=2${more}`);
      const { consolidations, next_cursor } = body as { consolidations: { id: string }[]; next_cursor: string | null };
      return { ids: consolidations.map(({ id }) => id), next_cursor };
    };
    const first = await page();
    expect(first.ids).toEqual(ids.slice(0, 2));
    expect(await page(`&cursor=${first.next_cursor}`)).toEqual({ ids: ids.slice(2), next_cursor: null });
    expect((await ask('GET', '/v1/consolidations?cursor=forged')).status).toBe(404);
    expect(await ask('GET', '/v1/consolidations?limit=1001')).toMatchObject(fieldOf('limit'));
    const unknown = { status: 404, body: { type: 'urn:sfm:problem:run_not_found' } };
    for (const id of [ids[0] ?? '', 'nonsense', '01890a5d-ac96-774b-bcce-b302099a8057']) {
      expect(await inNamespace('other').ask('GET', `/v1/consolidations/${id}`)).toMatchObject(unknown);
      expect(await inNamespace('other').ask('DELETE', `/v1/consolidations/${id}`)).toMatchObject(unknown);
    }
  });

  it.each([
    ['window_seconds', { window_seconds: 0 }],
    ['window_seconds', { window_seconds: 366 * 86_400 + 1 }],
    ['until', { until: 'yesterday' }],
    ['by', { by: [] }],
    ['by.0', { by: ['magic'] }],
    ['min_similarity', { min_similarity: 0 }],
    ['min_similarity', { min_similarity: 1.1 }],
    ['session_gap_seconds', { session_gap_seconds: -1 }],
    ['min_sources', { min_sources: 0 }],
    ['min_sources', { min_sources: 5, max_sources: 4 }],
    ['max_sources', { max_sources: 101 }],
    ['dry_run', { dry_run: 'yes' }],
    ['window', { window: 1 }],
  ])('refuses %s when it is not allowed: %j', async (field, wrong) => {
    expect(await inNamespace('wrong').consolidate(wrong)).toMatchObject(fieldOf(field));
  });
});
