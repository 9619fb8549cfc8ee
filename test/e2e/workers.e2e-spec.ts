import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { promisify } from 'node:util';
import { describeWith } from '../services/availability.js';
import { createTestDatabase, type TestDatabase } from '../services/postgres/postgres.js';
import { testQdrant, type TestQdrant } from '../services/qdrant/qdrant.js';
import { waitFor } from '../services/lifetime/wait-for.js';
import { GrpcDoor, V1 } from './support/grpc-door.js';
import { RunningService, TOKEN } from './support/running-service.js';

const describeReal = await describeWith(['postgres', 'qdrant']);
const run = promisify(execFile);
const WORKERS = 3;
const STORES = 45;
/** Longer than any request may take. */
const REQUEST_TIMEOUT_MS = 60_000;

interface Answer {
  readonly status: number;
  readonly text: string;
  /** The token of a write. */
  readonly written: string;
}

const CONSISTENCY = 'x-soma-consistency';

/** A request over a connection of its own: the workers get connections in turn. */
function ask(service: RunningService, path: string, body?: object, seeing?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      service.url + path,
      {
        agent: new Agent({ keepAlive: false }),
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          authorization: `Bearer ${TOKEN}`,
          'content-type': 'application/json',
          ...(seeing === undefined ? {} : { [CONSISTENCY]: seeing }),
        },
      },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text, written: String(response.headers[CONSISTENCY]) }),
        );
        response.on('error', reject);
      },
    );
    sent.on('error', reject);
    sent.setTimeout(REQUEST_TIMEOUT_MS, () => sent.destroy(new Error(`${path} was not answered`)));
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function childrenOf(pid: number): Promise<number[]> {
  // It exits with 1 when there are none.
  const { stdout } = await run('pgrep', ['-P', String(pid)]).catch(() => ({ stdout: '' }));
  return stdout.split('\n').filter(Boolean).map(Number);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describeReal(`a service of ${WORKERS} workers behind one port`, () => {
  let database: TestDatabase;
  let qdrant: TestQdrant;
  let service: RunningService;
  let settings: Record<string, string>;

  const store = (x: number, word: string) =>
    ask(service, '/store', { coord: `${x}`, payload: { text: `the ${word} number ${x}` } });
  const recalled = async (query: string): Promise<string[]> => {
    const { status, text } = await ask(service, '/recall', { query, top_k: 3 });
    expect(status).toBe(200);
    return (JSON.parse(text) as { matches: { text: string }[] }).matches.map((match) => match.text);
  };

  beforeAll(async () => {
    [database, qdrant] = await Promise.all([createTestDatabase(), testQdrant()]);
    settings = {
      POSTGRES_URL: database.url,
      QDRANT_URL: qdrant.url,
      ...(qdrant.apiKey === undefined ? {} : { QDRANT_API_KEY: qdrant.apiKey }),
      SOMA_MEMORY_NAMESPACE: `workers_${database.name}`,
      POSTGRES_POOL_SIZE: '5',
      SOMA_WORKERS: String(WORKERS),
    };
    service = await RunningService.start(settings);
    await waitFor(async () => (await childrenOf(service.pid)).length === WORKERS, { what: () => service.output });
  });

  afterAll(async () => {
    await service.dispose();
    await database.drop();
  });

  /** Values by name and labels. */
  const scrape = async (): Promise<ReadonlyMap<string, number>> => {
    const { text } = await ask(service, '/metrics');
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return new Map(
      lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
    );
  };
  const stores = async () => (await scrape()).get('api_requests_total{endpoint="/store",method="POST"}') ?? 0;

  it('recalls at once, through any worker, what was stored through any worker', async () => {
    for (let x = 0; x < STORES; x += 1) {
      expect((await store(x, 'ladder')).status).toBe(200);
      const [first, second] = await Promise.all([recalled(`ladder number ${x}`), recalled(`ladder number ${x}`)]);
      expect(first).toContain(`the ladder number ${x}`);
      expect(second).toEqual(first);
    }
    const response = await service.request(`/memories/${STORES - 1}`, { method: 'DELETE' });
    expect(response.ok).toBe(true);
    for (let worker = 0; worker < 2 * WORKERS; worker += 1) {
      expect(await recalled(`ladder number ${STORES - 1}`)).not.toContain(`the ladder number ${STORES - 1}`);
    }
  });

  it('shows each write to whoever carries its token, through any worker', async () => {
    const { written } = await ask(service, '/v1/memories', { coordinate: [5000, 1], payload: { text: 'the anvil' } });
    const texts = async () => {
      const { status, text } = await ask(service, '/v1/recall', { query: 'anvil', top_k: 1 }, written);
      expect(status).toBe(200);
      return (JSON.parse(text) as { hits: { payload: { text: string } }[] }).hits.map(({ payload }) => payload.text);
    };
    for (const found of await Promise.all(Array.from({ length: 2 * WORKERS }, texts)))
      expect(found).toEqual(['the anvil']);
    expect((await ask(service, '/memories/5000,1', undefined, written)).status).toBe(200);
    expect(await ask(service, '/memories/5000,1', undefined, `${written}x`)).toMatchObject({ status: 422 });
    const deleted = await service.request('/memories/5000,1', { method: 'DELETE' });
    const gone = deleted.headers.get(CONSISTENCY) ?? undefined;
    for (const { text } of await Promise.all(
      Array.from({ length: WORKERS }, () => ask(service, '/v1/memories', undefined, gone)),
    )) {
      expect(text).not.toContain('the anvil');
    }
  });

  it('serves gRPC through any worker, too', async () => {
    const address = await service.grpcAddress();
    const doors = Array.from({ length: 2 * WORKERS }, () => new GrpcDoor(address));
    const watches = doors.map((door) => door.stream(V1, 'Watch', {}).on('error', () => undefined));
    const told = watches.map(async (watch) => {
      for await (const { changes } of watch as AsyncIterable<{ changes: { coordinate: { values: number[] } }[] }>) {
        const places = changes.map(({ coordinate }) => coordinate.values.join());
        if (places.includes('6000,1')) return;
      }
    });
    await Promise.all(watches.map((watch) => once(watch, 'metadata')));
    const memory = { coordinate: { values: [6000, 1] }, payload_json: '{"text":"the vice"}' };
    const place = { coordinate: memory.coordinate };
    const [first] = doors;
    const trailers = (await first?.exchange(V1, 'Store', memory))?.trailers;
    const metadata = { [CONSISTENCY]: String(trailers?.get(CONSISTENCY)[0]) };
    for (const door of doors) {
      expect(await door.call(V1, 'Get', place, { metadata })).toMatchObject({ payload_json: '{"text":"the vice"}' });
      const recalled = await door.call(V1, 'Recall', { query: 'vice', top_k: 1 }, { metadata });
      expect(recalled).toMatchObject({ hits: [{ memory: { payload_json: '{"text":"the vice"}' } }] });
    }
    await Promise.all(told);
    for (const door of doors) door.close();
    const counted =
      'grpc_server_handled_total{grpc_service="somafractalmemory.v1.Memories",grpc_method="Get",grpc_code="OK"}';
    await waitFor(async () => (await scrape()).get(counted) === doors.length, { what: () => 'calls of all workers' });
    expect((await service.request('/memories/6000,1', { method: 'DELETE' })).ok).toBe(true);
  });

  it('adds the metrics of all workers up, whichever is scraped, but not what they share', async () => {
    const before = await stores();
    expect(before).toBeGreaterThanOrEqual(STORES);
    for (let x = 0; x < 2 * WORKERS; x += 1) await store(1000 + x, 'saw');
    for (let scrapes = 0; scrapes < 2 * WORKERS; scrapes += 1) expect(await stores()).toBe(before + 2 * WORKERS);
    await waitFor(async () => (await scrape()).get('soma_outbox_depth') === 0, { what: () => 'an empty outbox' });
    const points = `soma_index_points{namespace="${settings['SOMA_MEMORY_NAMESPACE']}"}`;
    await waitFor(async () => (await scrape()).get(points) === STORES - 1 + 2 * WORKERS, { what: () => 'the points' });
  });

  it('replaces a worker that is killed, and loses nothing that was acknowledged', async () => {
    const before = await childrenOf(service.pid);
    const [victim = 0] = before;
    const acknowledged: number[] = [];
    let hanging = 0;
    let isOver = false;
    const clients = Promise.all(
      Array.from({ length: 6 }, async (_, client) => {
        for (let n = 0; !isOver; n += 1) {
          const x = 10_000 * (client + 1) + n;
          // A connection to the worker that dies breaks at once; none may be left hanging.
          const answer = await store(x, 'hammer').catch((error: unknown) => {
            if (String(error).includes('not answered')) hanging += 1;
          });
          if (answer) expect(answer.status).toBe(200);
          if (answer) acknowledged.push(x);
        }
      }),
    );
    await waitFor(() => acknowledged.length > 50);
    process.kill(victim, 'SIGKILL');
    await waitFor(
      async () => {
        const now = await childrenOf(service.pid);
        return now.length === WORKERS && !now.includes(victim);
      },
      { what: () => service.output },
    );
    const replaced = acknowledged.length;
    await waitFor(() => acknowledged.length > replaced + 50);
    isOver = true;
    await clients;
    expect(hanging).toBe(0);
    expect(service.output).toContain('a worker ended (SIGKILL)');
    for (const x of acknowledged.filter((_, index) => index % 10 === 0)) {
      expect((await ask(service, `/memories/${x}`)).status).toBe(200);
    }
    const stats = await service.json<{ total_memories: number }>('/stats');
    expect(stats.total_memories).toBeGreaterThanOrEqual(acknowledged.length);
  });

  it('ends all workers when it is told to stop, and answers what is in flight', async () => {
    const workers = await childrenOf(service.pid);
    const inFlight = Array.from({ length: 12 }, (_, n) => store(90_000 + n, 'nail'));
    const exit = service.signal('SIGTERM');
    const answers = await Promise.allSettled(inFlight);
    expect(await exit).toBe(0);
    expect(workers.filter(isAlive)).toEqual([]);
    for (const answer of answers) {
      if (answer.status === 'fulfilled') expect(answer.value.status).toBe(200);
    }
    await service.launch();
  });

  it('leaves no worker behind when it is killed itself', async () => {
    await waitFor(async () => (await childrenOf(service.pid)).length === WORKERS);
    const workers = await childrenOf(service.pid);
    await service.signal('SIGKILL');
    await waitFor(() => workers.every((pid) => !isAlive(pid)), { what: () => 'the workers to end' });
    await service.launch();
    expect(await recalled('ladder number 3')).toContain('the ladder number 3');
  });

  it('does not start several workers on stores that they cannot share', async () => {
    const own: Readonly<Record<string, string>>[] = [{}, { POSTGRES_URL: database.url }];
    for (const stores of own) {
      const refused = await RunningService.prepare({ ...stores, SOMA_WORKERS: '2' });
      refused.spawn();
      expect(await refused.exited()).toBe(1);
      expect(refused.output).toMatch(/SOMA_WORKERS.*1 without POSTGRES_URL and QDRANT_URL/);
      await refused.dispose();
    }
  });

  it('does not start when its workers cannot, and says why once', async () => {
    const refused = await RunningService.prepare({
      ...settings,
      POSTGRES_URL: database.url.replace(/:[^:@]+@/, ':wrong-password@'),
    });
    refused.spawn();
    expect(await refused.exited()).toBe(1);
    expect(refused.output).toMatch(/could not start: .*password authentication failed/);
    await refused.dispose();
  });
});
