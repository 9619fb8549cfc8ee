import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { HEALTHY, startHttp, TEAM_TOKEN, type HttpHarness } from '../../../../test/http-harness.js';
import { client } from '../../../../test/requests.js';

let http: HttpHarness;
const { get, post } = client(() => http);
const ANONYMOUS = { authorization: '' };

beforeAll(async () => {
  http = await startHttp();
});
afterEach(() => {
  http.health = HEALTHY;
  http.truth.failure = undefined;
});
afterAll(() => http.close());

it.each([
  '/',
  '/ping',
  '/health',
  '/health/basic',
  '/healthz',
  '/readyz',
  '/metrics',
  '/docs',
  '/redoc',
  '/openapi.json',
])('%s needs no token', async (url) => {
  expect((await get(url, ANONYMOUS)).status).toBe(200);
});

it('greets', async () => {
  expect((await get('/')).body).toEqual({ message: 'SomaFractalMemory API is running', metrics: '/metrics' });
  expect((await get('/ping')).body).toEqual({ ping: 'pong' });
});

it('serves the metrics of its own requests', async () => {
  await get('/ping');
  const { body, headers } = await get('/metrics');
  expect(String(headers['content-type'])).toMatch(/^text\/plain/);
  expect(body).toContain('api_requests_total{endpoint="/ping",method="GET"}');
});

it('serves the API document and its pages', async () => {
  expect((await get('/openapi.json')).body).toMatchObject({ openapi: '3.1.0', info: { version: '9.9.9' } });
  expect((await get('/docs')).body).toContain('swagger-ui');
  for (const page of ['/docs', '/redoc']) {
    const { body } = await get(page);
    const sources = [...String(body).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => String(url));
    expect(sources.length).toBeGreaterThan(3);
    // Also where there is no internet: every part of a page comes from the service.
    for (const source of sources) {
      const { pathname, origin } = new URL(source, `http://service${page}`);
      expect([origin, (await get(pathname)).status]).toEqual(['http://service', 200]);
    }
  }
});

it('names the place the document comes from as the server', async () => {
  const { servers } = (await get('/openapi.json')).body as { servers: { url: string }[] };
  expect(servers.map(({ url }) => new URL(url, 'https://memory.example:8443/openapi.json').href)).toEqual([
    'https://memory.example:8443/',
  ]);
});

describe('health', () => {
  const DOWN = {
    ...HEALTHY,
    kvStore: false,
    graphStore: false,
    obstacle: 'the truth store does not answer',
    components: [{ name: 'postgresql', healthy: false, latencyMs: 3, details: { error: 'timeout' } }],
  };

  it('/health carries the booleans and the services existing clients look for, and is always 200', async () => {
    expect((await get('/health')).body).toMatchObject({
      kv_store: true,
      vector_store: true,
      graph_store: true,
      prediction_provider: true,
      status: 'healthy',
      version: '9.9.9',
    });
    http.health = DOWN;
    const { status, body, headers } = await get('/health');
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      kv_store: false,
      status: 'unhealthy',
      services: [
        { name: 'postgresql', healthy: false, latency_ms: 3, details: { error: 'timeout' } },
        { name: 'redis', healthy: false },
        { name: 'milvus', healthy: true },
      ],
    });
  });

  it('/health/basic has the booleans and nothing else, and is always 200', async () => {
    const up = { kv_store: true, vector_store: true, graph_store: true, prediction_provider: true };
    expect(await get('/health/basic')).toMatchObject({ status: 200, body: up });
    http.health = DOWN;
    const down = await get('/health/basic');
    expect(down.status).toBe(200);
    expect(down.body).toEqual({ ...up, kv_store: false, graph_store: false });
  });

  it('/readyz answers with the booleans alone while the service can serve, whatever is degraded', async () => {
    http.health = { ...HEALTHY, vectorStore: false, predictionProvider: false };
    const { status, body } = await get('/readyz');
    expect(status).toBe(200);
    expect(body).toEqual({ kv_store: true, vector_store: false, graph_store: true, prediction_provider: false });
  });

  it('/healthz stays 200 and /readyz is 503 with the reason while the truth is down, both with the booleans', async () => {
    http.health = DOWN;
    const booleans = { kv_store: false, vector_store: true, graph_store: false, prediction_provider: true };
    expect(await get('/healthz')).toMatchObject({ status: 200, body: booleans });
    const unready = await get('/readyz');
    expect(unready).toMatchObject({ status: 503, body: { ...booleans, reason: 'the truth store does not answer' } });
  });
});

describe('/stats', () => {
  beforeAll(async () => {
    await post('/store', { coord: '1', payload: {} }, { 'x-soma-namespace': 'team_a' });
    await post('/store', { coord: '2', payload: {} });
    await post('/graph/link', { from_coord: '1', to_coord: '2' });
  });

  it('needs a token', async () => {
    expect((await get('/stats', ANONYMOUS)).status).toBe(401);
  });

  it('counts everything for a credential of all namespaces, or the one it names', async () => {
    expect((await get('/stats')).body).toEqual({ total_memories: 2, episodic: 2, semantic: 0, links: 1 });
    expect((await get('/stats', { 'x-soma-namespace': 'team_a' })).body).toMatchObject({ total_memories: 1, links: 0 });
  });

  it('never counts namespaces that the credential may not use', async () => {
    expect((await get('/stats', { authorization: `Bearer ${TEAM_TOKEN}` })).body).toMatchObject({ total_memories: 1 });
  });

  it('answers 503 in the known words when the truth is down', async () => {
    http.truth.failure = new Error('gone');
    expect(await get('/stats')).toMatchObject({ status: 503, body: { detail: 'Backend stats unavailable' } });
  });

  it('may be made public, and then counts the default namespace only', async () => {
    const open = await startHttp({ auth: { publicAreas: ['stats'] } });
    try {
      expect((await client(() => open).get('/stats', { authorization: '' })).status).toBe(401);
      const response = await open.app.inject({ method: 'GET', url: '/stats' });
      expect(response.json()).toEqual({ total_memories: 0, episodic: 0, semantic: 0, links: 0 });
      expect(open.truth.lastQuery).toBe('api_ns');
    } finally {
      await open.close();
    }
  });
});
