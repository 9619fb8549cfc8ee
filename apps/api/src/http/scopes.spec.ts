import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SCOPES, type Scope } from '@sfm/memory';
import { startHttp, type HttpHarness } from '../../test/http-harness.js';
import { client } from '../../test/requests.js';
import { ROUTE_SAMPLES as SAMPLES, type RouteSample as Sample } from '../../test/route-samples.js';
import { previewOpenApi } from './preview-openapi.js';

/** Requests that ask for nothing at all, which is no way round. */
const NOTHING_ASKED: readonly Sample[] = [
  { scope: 'write', url: '/store_bulk', body: { items: [] } },
  { scope: 'write', url: '/v1/memories:batch', body: { memories: ['nonsense'] } },
  { scope: 'read', url: '/payloads', body: { coords: [] } },
  { scope: 'read', method: 'GET', url: '/stats' },
];

let http: HttpHarness;
const { send } = client(() => http);
const ask = ({ method = 'POST', url, body, type }: Sample, token: string) =>
  send(method, url, body, { authorization: `Bearer ${token}`, ...(type ? { 'content-type': type } : {}) });
const without = (scope: Scope) => SCOPES.filter((other) => other !== scope);

beforeAll(async () => {
  http = await startHttp({
    auth: {
      credentials: SCOPES.flatMap((scope) => [
        { id: `only-${scope}`, token: `only-${scope}`, namespaces: '*', scopes: [scope] },
        { id: `without-${scope}`, token: `without-${scope}`, namespaces: '*', scopes: without(scope) },
      ]),
    },
  });
  // The one that the samples renew and release.
  await send('POST', '/v1/locks/kettle', { owner: 'me', ttl_seconds: 3600 }, { authorization: 'Bearer only-write' });
});
beforeEach(() => http.forgetCalls());
afterAll(() => http.close());

it('there is a sample of every route that needs a token', async () => {
  const { paths } = await previewOpenApi('0');
  const operations = Object.values(paths).flatMap((path) =>
    Object.values(path as Record<string, { operationId: string; security?: unknown }>),
  );
  const guarded = operations.filter(({ security }) => security !== undefined).map(({ operationId }) => operationId);
  expect(guarded.sort()).toEqual(Object.keys(SAMPLES).sort());
});

describe.each(Object.entries(SAMPLES))('%s', (_, sample) => {
  it(`is refused to a credential without the scope ${sample.scope}, and nothing is called`, async () => {
    const { status, body } = await ask(sample, `without-${sample.scope}`);
    const detail = `this credential lacks the scope ${sample.scope}`;
    expect({ status, body }).toMatchObject({ status: 403, body: { detail } });
    if (sample.url.startsWith('/v1')) expect(body).toMatchObject({ type: 'urn:sfm:problem:scope_forbidden' });
    expect(http.calls()).toEqual([]);
  });

  it('is answered for a credential with that scope alone', async () => {
    const { status } = await ask(sample, `only-${sample.scope}`);
    expect([200, 201, 204, 404]).toContain(status);
  });
});

it.each(NOTHING_ASKED)('$url is refused as well when it asks for nothing', async (sample) => {
  expect(await ask(sample, `without-${sample.scope}`)).toMatchObject({ status: 403 });
});
