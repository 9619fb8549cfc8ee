import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  anyBody,
  EVERY_WRONG_FIELD,
  HARMLESS_QUERIES,
  hostileRequest,
  namesField,
  ROUTES,
  WRONG_GETS,
  type HostileRequest,
} from './support/hostile-inputs.js';
import { RunningService, TOKEN } from './support/running-service.js';
import { queryTruth } from './support/truth.js';

const TEST_TIMEOUT_MS = 120_000;
let service: RunningService;

beforeAll(async () => {
  service = await RunningService.start();
  await service.json('/store', { body: { coord: '0', payload: { text: 'the only memory' } } });
}, TEST_TIMEOUT_MS);
afterAll(() => service.dispose(), TEST_TIMEOUT_MS);

/** Raw text goes out as it is, which `JSON.stringify` would not let through. */
async function send({ method, url, body }: Pick<HostileRequest, 'method' | 'url' | 'body'>) {
  const response = await fetch(service.url + url, {
    method,
    headers: {
      authorization: `Bearer ${TOKEN}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body }),
  });
  return { status: response.status, text: await response.text() };
}

async function expectRefused(request: HostileRequest): Promise<void> {
  const { status, text } = await send(request);
  const told = `${request.why} at ${request.method} ${request.url} → ${status} ${text.slice(0, 300)}`;
  const named = namesField(JSON.parse(text), request.field);
  expect({ told, refused: status >= 400 && status < 500, named }).toEqual({ told, refused: true, named: true });
}

it(
  'hostile input is refused with a 4xx that names the field, and leaves no trace',
  async () => {
    for (const request of [...EVERY_WRONG_FIELD, ...WRONG_GETS]) await expectRefused(request);
    await fc.assert(fc.asyncProperty(hostileRequest, expectRefused), { numRuns: 200 });
    const rows = await queryTruth<{ memories: number; events: number }>(
      service,
      'SELECT (SELECT count(*) FROM memories)::int AS memories, (SELECT count(*) FROM memory_events)::int AS events',
    );
    expect(rows).toEqual([{ memories: 1, events: 1 }]);
  },
  TEST_TIMEOUT_MS,
);

it(
  'a body of 10 MB is answered with 413 or cut off',
  async () => {
    const body = JSON.stringify({ payload: 'x'.repeat(10_000_000) });
    for (const { url } of ROUTES) {
      // Once it has answered the server stops reading, which the client may notice first.
      const status = await send({ method: 'POST', url, body }).then(
        (answer) => answer.status,
        () => 413,
      );
      expect(status).toBe(413);
    }
    expect((await send({ method: 'GET', url: '/healthz' })).status).toBe(200);
  },
  TEST_TIMEOUT_MS,
);

it(
  'words that mean something to a database are searched for like any others',
  async () => {
    for (const query of HARMLESS_QUERIES) {
      for (const url of ['/recall', '/recall_with_scores', '/memories/search', '/v1/recall']) {
        const { status, text } = await send({ method: 'POST', url, body: JSON.stringify({ query }) });
        expect({ query, url, status, text: status === 200 ? '' : text }).toEqual({ query, url, status: 200, text: '' });
      }
      for (const exact of [true, false]) {
        const body = JSON.stringify({ term: query, exact });
        expect({ query, status: (await send({ method: 'POST', url: '/keyword_search', body })).status }).toEqual({
          query,
          status: 200,
        });
      }
    }
  },
  TEST_TIMEOUT_MS,
);

it(
  'no JSON body at all leads to a 5xx',
  async () => {
    await fc.assert(
      fc.asyncProperty(anyBody, async (request) => {
        const { status, text } = await send({ method: 'POST', ...request });
        expect({ request, status: Math.min(status, 500), text: status < 500 ? '' : text }).toEqual({
          request,
          status,
          text: '',
        });
      }),
      { numRuns: 300 },
    );
  },
  TEST_TIMEOUT_MS,
);
