import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
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
import { HOSTILE_BODIES, HOSTILE_CROWDS } from './support/hostile-corpus/hostile-bodies.js';
import { CAPABLE_CROWDS, HOSTILE_CAPABILITIES, LARGE_MEMORIES } from './support/hostile-corpus/hostile-capabilities.js';
import { HOSTILE_WIRE, NEVER_ENDED } from './support/hostile-corpus/hostile-wire.js';
import type { HostileBytes } from './support/hostile-corpus/raw-request.js';
import { PingWatch } from './support/ping-watch.js';
import { exchange, open } from './support/raw-exchange.js';
import { RunningService, TOKEN } from './support/running-service.js';
import { waitFor } from '../services/lifetime/wait-for.js';
import { queryTruth } from './support/truth.js';

const TEST_TIMEOUT_MS = 120_000;
/** No log may hold them, at whatever level. */
const SECRETS = [TOKEN, 'a-token-of-nobody'];
const told: string[] = [];
let service: RunningService;

beforeAll(async () => {
  // Little memory, so that a request that takes much of it ends the process.
  service = await RunningService.prepare({ NODE_OPTIONS: '--max-old-space-size=1024', LOG_LEVEL: 'DEBUG' });
  service.onLine = (line) => {
    if (SECRETS.some((secret) => line.includes(secret))) told.push(line.slice(0, 500));
  };
  await service.launch();
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

describe('while hostile clients do their worst', () => {
  /** Of an idle service; a loaded machine may answer so late without anybody's doing. */
  const FLOOR_MS = 750;
  const IDLE_TIMES = 20;
  const MOST_TRIES = 3;
  let pings: PingWatch;
  let boundMs: number;
  let pid: number;
  let held: ReturnType<typeof open>[] = [];

  beforeAll(async () => {
    const { namespace, count, text } = LARGE_MEMORIES;
    for (let index = 0; index < count; index += 1) {
      const body = { coord: String(index), payload: { text } };
      await service.json('/store', { body, headers: { 'x-soma-namespace': namespace } });
    }
    pid = service.pid;
    pings = new PingWatch(service.url);
    for (let rounds = 0; rounds < 100; rounds += 1) await service.json('/ping');
    const idle = await pings.report();
    boundMs = Math.max(FLOOR_MS, IDLE_TIMES * idle.p99Ms);
    held = NEVER_ENDED.map(({ bytes }) => open(service.port, bytes()));
  }, TEST_TIMEOUT_MS);
  afterAll(async () => {
    for (const socket of held) socket.destroy();
    await pings.stop();
  });

  /** What went wrong while the bytes were sent; undefined when nothing did. */
  const faultOf = async ({ what, bytes, times = 1 }: HostileBytes) => {
    const sent = bytes();
    const answers = await Promise.all(Array.from({ length: times }, () => exchange(service.port, sent)));
    const failed = answers.filter(
      ({ statuses, isForgotten }) => isForgotten || statuses.some((status) => status >= 500),
    );
    const { worstMs, unanswered } = await pings.report();
    if (failed.length === 0 && worstMs <= boundMs && unanswered === 0) return undefined;
    return { what, worstMs, unanswered, failed: failed.slice(0, 1).map(({ text }) => text.slice(0, 1000)) };
  };

  it.each<[string, readonly HostileBytes[]]>([
    ['by what they send before a body', HOSTILE_WIRE],
    ['by bodies', HOSTILE_BODIES],
    ['by links, times, lives and files', HOSTILE_CAPABILITIES],
    ['a hundred at once', [...HOSTILE_CROWDS, ...CAPABLE_CROWDS]],
  ])(
    'others are answered in time and nothing fails: %s',
    async (_, corpus) => {
      const faults: unknown[] = [];
      await pings.report();
      for (const entry of corpus) {
        // What a request does shows each time; what others do on the machine does not.
        let fault: unknown;
        for (let tries = 0; tries === 0 || (tries < MOST_TRIES && fault !== undefined); tries += 1) {
          fault = await faultOf(entry);
          if (!service.isRunning) throw new Error(`${entry.what} ended the service:\n${service.output.slice(-2000)}`);
        }
        if (fault !== undefined) faults.push(fault);
      }
      expect(faults).toEqual([]);
    },
    10 * TEST_TIMEOUT_MS,
  );

  it('the process is the same one as before, and serves', async () => {
    expect({ pid: service.pid, running: service.isRunning }).toEqual({ pid, running: true });
    expect(await service.json('/memories/0')).toMatchObject({ memory: { payload: { text: 'the only memory' } } });
  });
});

describe('a log at DEBUG', () => {
  it('holds no token, neither the right one nor those that were tried, wherever clients put them', async () => {
    for (const secret of SECRETS) {
      for (const headers of [{ authorization: `Bearer ${secret}` }, { authorization: `bearer ${secret}` }]) {
        await service.request('/memories/0', { headers });
        await service.request('/v1/recall', { body: { query: [] }, headers });
      }
      await service.request('/recall', { headers: { authorization: '', cookie: `token=${secret}` } });
      await exchange(service.port, `GET /ping HTTP/9.9\r\nAuthorization: Bearer ${secret}\r\n\r\n`);
    }
    expect(service.output).toContain('"level":"info"');
    expect(told).toEqual([]);
  });

  it(
    'holds no secret of a server that does not answer',
    async () => {
      const away = await RunningService.start({
        LOG_LEVEL: 'DEBUG',
        REDIS_URL: 'redis://somebody:redis-s3cret@127.0.0.1:1',
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
        OTEL_EXPORTER_OTLP_HEADERS: 'x-key=otlp-s3cret',
      });
      await away.request('/store', { body: { coord: '1', payload: { text: 'x' } } });
      await away.request('/recall', { body: { query: 'x' } });
      await away.signal('SIGTERM');
      const { output } = away;
      await away.dispose();
      const unreachable = await RunningService.prepare({
        LOG_LEVEL: 'DEBUG',
        POSTGRES_URL: 'postgresql://somebody:postgres-s3cret@127.0.0.1:1/memories',
        QDRANT_URL: 'http://127.0.0.1:1',
        QDRANT_API_KEY: 'qdrant-s3cret',
        KAFKA_BOOTSTRAP_SERVERS: '127.0.0.1:1',
        KAFKA_SECURITY_PROTOCOL: 'SASL_PLAINTEXT',
        KAFKA_SASL_MECHANISM: 'PLAIN',
        KAFKA_SASL_USERNAME: 'somebody',
        KAFKA_SASL_PASSWORD: 'kafka-s3cret',
      });
      unreachable.spawn();
      await waitFor(() => !unreachable.isRunning || unreachable.output.includes('127.0.0.1:1'));
      await unreachable.dispose();
      for (const log of [output, unreachable.output]) {
        expect(log).toContain('127.0.0.1:1');
        expect(log.split('\n').filter((line) => line.includes('s3cret'))).toEqual([]);
      }
    },
    TEST_TIMEOUT_MS,
  );
});
