import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { VERIFIED_NAMESPACE as NAMESPACE } from '@sfm/memory/testing';
import { startHttp, TEAM_TOKEN, type HttpHarness } from '../../../../test/http-harness.js';
import { client } from '../../../../test/requests.js';

let http: HttpHarness;
const { post } = client(() => http);
const events = async (path: string, body: unknown) => {
  const { status, headers, body: text } = await post(path, body);
  expect(status).toBe(200);
  expect(headers['content-type']).toMatch(/ndjson/);
  const lines = (typeof text === 'string' ? text : JSON.stringify(text)).trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown> & { event: string });
};

beforeEach(async () => {
  http = await startHttp();
  await http.verified.store('1', '2');
});
afterEach(() => http.close());

describe('POST /v1/admin/verify', () => {
  it('streams what differs and ends with the report', async () => {
    http.verified.points().points.delete('1');
    const streamed = await events('/v1/admin/verify', { namespaces: [NAMESPACE] });
    expect(streamed.filter(({ event }) => event === 'difference')).toEqual([
      {
        event: 'difference',
        run: 'first',
        kind: 'point_missing',
        namespace: NAMESPACE,
        coordinate: '1',
        detail: 'version 1 is marked as indexed',
        repairable: true,
      },
    ]);
    expect(streamed.some(({ event }) => event === 'progress')).toBe(true);
    expect(streamed.at(-1)).toMatchObject({ event: 'report', agrees: false, differences: { point_missing: 1 } });
  });

  it('repairs when asked, in every namespace when none is named', async () => {
    http.verified.points().points.delete('1');
    const streamed = await events('/v1/admin/verify', { repair: true });
    expect(streamed.at(-1)).toMatchObject({ event: 'report', agrees: true, repaired: 1 });
  });

  it('ends with a problem when it fails on the way', async () => {
    http.verified.truth.beforeBatch = () => {
      throw new Error('secret of the driver');
    };
    const last = (await events('/v1/admin/verify', {})).at(-1);
    expect(last).toMatchObject({ event: 'error', problem: { status: 500, type: 'urn:sfm:problem:internal_error' } });
    expect(JSON.stringify(last)).not.toContain('secret');
  });

  it('names the field that is wrong', async () => {
    const refused = await post('/v1/admin/verify', { namespaces: ['../x'], repair: 'yes', extra: 1 });
    expect(refused.status).toBe(422);
    expect(JSON.stringify(refused.body)).toMatch(/repair/);
    expect(JSON.stringify((await post('/v1/admin/verify', { namespaces: ['a\nb'] })).body)).toMatch(/namespaces.0/);
  });
});

describe('POST /v1/admin/reindex', () => {
  it('rebuilds and says what came of it', async () => {
    const streamed = await events('/v1/admin/reindex', {});
    expect(streamed.filter(({ event }) => event === 'rebuilt')).toMatchObject([
      { namespace: NAMESPACE, memories: 2, verification: { agrees: true } },
    ]);
    expect(streamed.at(-1)).toEqual({ event: 'report', agrees: true });
  });

  it('says so when somebody else is rebuilding it', async () => {
    await http.verified.lock.hold(NAMESPACE, async () => {
      const streamed = await events('/v1/admin/reindex', { namespaces: [NAMESPACE] });
      expect(streamed.at(-1)).toMatchObject({ event: 'error', problem: { status: 409 } });
    });
  });
});

it.each(['verify', 'reindex'])('%s is for credentials of every namespace only', async (route) => {
  const refused = await post(`/v1/admin/${route}`, {}, { authorization: `Bearer ${TEAM_TOKEN}` });
  expect(refused.status).toBe(403);
  expect((await post(`/v1/admin/${route}`, {}, { authorization: '' })).status).toBe(401);
});
