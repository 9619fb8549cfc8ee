import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { JsonNumber, parseJson, type JsonValue } from '@sfm/memory';
import { WRITTEN_NUMBERS, WRITTEN_PAYLOAD, writtenNumbers } from '@sfm/memory/testing';
import fc from 'fast-check';
import pg from 'pg';
import { describeWith } from '../services/availability.js';
import { startKafka, type KafkaProcess } from '../services/kafka/kafka.js';
import { createTestDatabase, type TestDatabase } from '../services/postgres/postgres.js';
import { startQdrant, type QdrantProcess } from '../services/qdrant/qdrant.js';
import { testRedis } from '../services/redis/redis.js';
import { waitFor } from '../services/lifetime/wait-for.js';
import { RunningConsumer } from './support/running-consumer.js';
import { freePort, RunningService, TOKEN } from './support/running-service.js';
import { soma } from './support/soma.js';

const NAMESPACE = 'api_ns';
const CAUGHT_UP_MS = 60_000;

interface Point {
  readonly payload: { readonly text: string; readonly memory_type: string; readonly coordinate: readonly number[] };
}

interface Health {
  readonly status: string;
  readonly services: readonly { readonly name: string; readonly healthy: boolean; readonly details: object }[];
}

const describeReal = await describeWith(['postgres', 'redis', 'qdrant', 'kafka']);

/** Its own Qdrant and Kafka: collections, topics and groups have the names that operators see. */
class Backends {
  private constructor(
    readonly database: TestDatabase,
    readonly qdrant: QdrantProcess,
    readonly kafka: KafkaProcess,
    readonly settings: Readonly<Record<string, string>>,
  ) {}

  static async start(): Promise<Backends> {
    const [database, redis, qdrant, kafka] = await Promise.all([
      createTestDatabase(),
      testRedis(),
      startQdrant(),
      startKafka(),
    ]);
    return new Backends(database, qdrant, kafka, {
      POSTGRES_URL: database.url,
      REDIS_URL: redis.url,
      QDRANT_URL: qdrant.url,
      KAFKA_BOOTSTRAP_SERVERS: kafka.brokers.join(','),
    });
  }

  async query<T extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<T[]> {
    const client = new pg.Client({ connectionString: this.database.url });
    await client.connect();
    try {
      return (await client.query<T>(sql, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** Everything in the collection under its name for operators. */
  async points(): Promise<readonly Point[]> {
    const response = await fetch(`${this.qdrant.url}/collections/${NAMESPACE}/points/scroll`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ limit: 1000, with_payload: true }),
    });
    if (response.status === 404) return [];
    const { result }: { result: { points: readonly Point[] } } = JSON.parse(await response.text());
    return result.points;
  }

  async texts(): Promise<readonly string[]> {
    return (await this.points()).map(({ payload }) => payload.text);
  }

  async stop(): Promise<void> {
    await Promise.all([this.qdrant.stop(), this.kafka.stop(), this.database.drop()]);
  }
}

async function recalledTexts(service: RunningService, query: string): Promise<readonly string[]> {
  const { matches } = await service.json<{ matches: readonly { text: string }[] }>('/recall', { body: { query } });
  return matches.map(({ text }) => text);
}

describeReal('two services and a consumer on the four servers', () => {
  let backends: Backends;
  let one: RunningService;
  let other: RunningService;
  let consumer: RunningConsumer;

  beforeAll(async () => {
    backends = await Backends.start();
    one = await RunningService.start(backends.settings);
    other = await RunningService.start(backends.settings);
    consumer = await RunningConsumer.start(backends.settings);
  });

  afterAll(async () => {
    await Promise.all([one, other, consumer].map((program) => program?.dispose()));
    await backends.stop();
  });

  it('answer soma as it answers itself on the same servers, and are well by its doctor', async () => {
    const payload = '{"text": "the teapot is in the sink"}';
    const nobody = { SOMA_API_PORT: String(await freePort()) };
    const asked = async (settings: Readonly<Record<string, string>>) => {
      const on = { ...settings, SOMA_MEMORY_NAMESPACE: `of soma ${settings['POSTGRES_URL'] === undefined}` };
      expect(await soma(on, 'store', '--coord', '5,5', '--payload', payload)).toMatchObject({
        code: 0,
        stdout: 'OK\n',
      });
      const { code, stdout, stderr } = await soma(on, 'recall', '--query', 'teapot', '--json');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const { hits, degraded } = JSON.parse(stdout) as {
        hits: { score: number; payload: object }[];
        degraded: string[];
      };
      return { degraded, hits: hits.map(({ score, payload: kept }) => ({ score, kept })) };
    };
    const own = await createTestDatabase();
    try {
      const { QDRANT_URL = '', REDIS_URL = '' } = backends.settings;
      const here = { QDRANT_URL, REDIS_URL, POSTGRES_URL: own.url, EVENTING_ENABLED: 'false', ...nobody };
      expect(await asked(here)).toEqual(await asked({ SOMA_URL: one.url }));
    } finally {
      await own.drop();
    }
    const { code, stdout } = await soma({ ...backends.settings, SOMA_API_PORT: String(one.port) }, 'doctor', '--json');
    const { findings } = JSON.parse(stdout) as { findings: { what: string; state: string }[] };
    expect({ code, wrong: findings.filter(({ state }) => state === 'wrong') }).toEqual({ code: 0, wrong: [] });
    const checked = findings.map(({ what }) => what);
    expect(checked).toEqual(expect.arrayContaining(['PostgreSQL', 'schema', 'Redis', 'Qdrant', 'Kafka']));
  });

  it('carry a memory from the request to the truth, the ledger, the log of the consumer, the collection and a recall', async () => {
    const text = 'the kettle is on the third shelf';
    await one.json('/store', { body: { coord: '1,2,3', payload: { text }, type: 'episodic' } });

    const [stored] = await backends.query<{ value: object }>('SELECT value FROM kv_store WHERE key = $1', [
      `${NAMESPACE}:(1.0, 2.0, 3.0):data`,
    ]);
    expect(stored?.value).toMatchObject({ text, memory_type: 'episodic', coordinate: [1, 2, 3] });
    const [event] = await backends.query<{ event_id: string; type: string; payload: object }>(
      `SELECT event_id, type, payload FROM memory_events WHERE coordinate_key = '1,2,3'`,
    );
    expect(event).toMatchObject({ type: 'created', payload: { text } });

    const line = () => consumer.output.split('\n').find((printed) => printed.includes(event?.event_id ?? 'none'));
    await waitFor(() => line() !== undefined, { timeoutMs: CAUGHT_UP_MS, what: () => consumer.output });
    expect(line()).toContain('Successfully processed event');
    await waitFor(async () => (await backends.points()).length === 1, { timeoutMs: CAUGHT_UP_MS });
    expect((await backends.points())[0]?.payload).toMatchObject({
      text,
      memory_type: 'episodic',
      coordinate: [1, 2, 3],
    });
    const collection = await fetch(`${backends.qdrant.url}/collections/${NAMESPACE}`);
    expect(await collection.json()).toMatchObject({ status: 'ok', result: { points_count: 1 } });

    expect(await recalledTexts(one, 'where is the kettle?')).toEqual([text]);
    expect(await recalledTexts(other, 'where is the kettle?')).toEqual([text]);
  });

  it('give the numbers of a payload back as they were written, also from the cache and the collection', async () => {
    const text = 'numbers on the scale';
    const any = `[${[...WRITTEN_NUMBERS, ...fc.sample(writtenNumbers(), 200)].join()}]`;
    const payload = { ...WRITTEN_PAYLOAD, text, any: parseJson(any) as JsonValue };
    await one.json('/v1/memories', { body: { coordinate: [8, 0.5], payload } });
    await waitFor(async () => (await backends.texts()).includes(text), { timeoutMs: CAUGHT_UP_MS });
    const filter = { id: WRITTEN_PAYLOAD['id'], ratio: { gte: 1 } };
    for (const mode of ['vector', 'lexical', 'hybrid']) {
      for (let time = 0; time < 2; time += 1) {
        const found = await other.request('/v1/recall', { body: { query: 'numbers on the scale', filter, mode } });
        expect(await found.text()).toContain(`"any":${any}`);
      }
    }
    for (const path of ['/v1/memories?limit=100', '/v1/memories/8,0.5', '/memories/8,0.5']) {
      expect(await (await other.request(path)).text()).toContain(`"any":${any}`);
    }
    const near = { id: new JsonNumber('1764500000123456788') };
    expect(await one.json('/v1/recall', { body: { query: text, filter: near } })).toMatchObject({ hits: [] });
  });

  it('forget a deleted memory everywhere', async () => {
    const text = 'the spare key lies under the blue pot';
    await one.json('/store', { body: { coord: '4,5,6', payload: { text } } });
    await waitFor(async () => (await backends.texts()).includes(text), { timeoutMs: CAUGHT_UP_MS });
    expect(await recalledTexts(other, 'where is the spare key?')).toContain(text);

    await one.json('/memories/4,5,6', { method: 'DELETE' });
    expect(await recalledTexts(one, 'where is the spare key?')).not.toContain(text);
    expect(await recalledTexts(other, 'where is the spare key?')).not.toContain(text);
    expect(await backends.query(`SELECT FROM kv_store WHERE value->>'text' = $1`, [text])).toEqual([]);
    expect(await backends.query(`SELECT FROM memories WHERE payload->>'text' = $1`, [text])).toEqual([]);
    await waitFor(async () => !(await backends.texts()).includes(text), { timeoutMs: CAUGHT_UP_MS });
  });

  it('recall at once through one what the other has stored', async () => {
    for (let turn = 0; turn < 20; turn += 1) {
      const [writer, reader] = turn % 2 === 0 ? [one, other] : [other, one];
      const text = `turn number${turn}x of the exchange`;
      await writer.json('/store', { body: { coord: `7,${turn}`, payload: { text } } });
      expect(await recalledTexts(reader, `what was turn number${turn}x?`)).toContain(text);
    }
  });

  it('move a namespace: what was exported and wiped is there again after an import, to be recalled', async () => {
    const headers = { 'x-soma-namespace': 'moved' };
    const points = async () => {
      const counted = await fetch(`${backends.qdrant.url}/collections/moved/points/count`, {
        method: 'POST',
        body: '{}',
      });
      return counted.ok ? ((await counted.json()) as { result: { count: number } }).result.count : 0;
    };
    const indexed = (count: number) => waitFor(async () => (await points()) === count, { timeoutMs: CAUGHT_UP_MS });
    const exported = async () => {
      const answer = await one.request('/v1/export?include=history,vectors', { headers });
      expect(answer.status).toBe(200);
      return answer.text();
    };
    const places = Array.from({ length: 40 }, (_, index) => [index, 1]);
    for (const coordinate of places) {
      const body = { coordinate, payload: { ...WRITTEN_PAYLOAD, text: `box number${coordinate[0]}x of the move` } };
      await one.json('/v1/memories', { body, headers });
    }
    await one.json('/v1/memories/3,1', {
      method: 'PATCH',
      body: { importance: 3, valid_from: '2020-01-01T00:00:00Z' },
      headers,
    });
    await other.json('/v1/memories', {
      body: { coordinate: [50, 1], payload: { text: 'the box stands upstairs' }, supersedes: [[2, 1]] },
      headers,
    });
    await one.json('/v1/links', { body: { from: [1, 1], to: [2, 1], type: 'beside' }, headers });
    await indexed(41);
    const before = await exported();
    expect(before).toContain('"superseded_by"');
    for (const [x, y] of [...places, [50, 1]])
      await one.request(`/v1/memories/${x},${y}`, { method: 'DELETE', headers });
    await indexed(0);

    const hungUp = new AbortController();
    const half = new ReadableStream<Uint8Array>({
      start: (stream) => stream.enqueue(new TextEncoder().encode(before.slice(0, before.length / 2))),
    });
    const file = { ...headers, authorization: `Bearer ${TOKEN}`, 'content-type': 'application/x-ndjson' };
    const post = (body: string | ReadableStream<Uint8Array>, signal?: AbortSignal) =>
      fetch(`${other.url}/v1/import`, {
        method: 'POST',
        headers: file,
        body,
        duplex: 'half',
        ...(signal && { signal }),
      });
    const lost = post(half, hungUp.signal).catch((error: unknown) => error);
    const begun = async () => {
      const metrics = await (await other.request('/metrics')).text();
      return /^soma_transferred_bytes_total\{operation="import"\} [1-9]/m.test(metrics);
    };
    await waitFor(begun, { what: () => 'the import to begin' });
    // As long as it comes, nobody else may import.
    expect((await post(before)).status).toBe(409);
    hungUp.abort();
    expect(await lost).toMatchObject({ name: 'AbortError' });
    let report: unknown;
    await waitFor(
      async () => {
        const answer = await post(before);
        report = await answer.json();
        return answer.status === 200;
      },
      { what: () => `the namespace to be free: ${JSON.stringify(report)}` },
    );
    expect(report).toMatchObject({ memories: { imported: 41 }, links: { imported: 1 } });
    await indexed(41);
    for (const service of [one, other]) {
      const found = await service.json('/v1/recall', { body: { query: 'box number17x', top_k: 1 }, headers });
      expect(found).toMatchObject({ hits: [{ coordinate: [17, 1] }] });
    }
    const versions = (text: string) => text.replaceAll(/"(version|sha256|after)":("[^"]*"|\d+)/g, '');
    expect(versions(await exported())).toBe(versions(before));
  });

  it('show every server in their health', async () => {
    for (const service of [one, other]) {
      let report: Health = { status: 'unknown', services: [] };
      await waitFor(
        async () => {
          report = await service.json<Health>('/health');
          return report.status === 'healthy';
        },
        { what: () => `good health: ${JSON.stringify(report)}` },
      );
      const { services } = report;
      // A name that older clients look for is shown even where no such server is used.
      const own = services.filter(({ details }) => !('stands_for' in details));
      const healthy = own.flatMap((part) => (part.healthy ? [part.name] : []));
      expect(healthy).toEqual(expect.arrayContaining(['postgresql', 'redis', 'qdrant', 'kafka']));
    }
  });
});

describeReal('a service told not to use events', () => {
  let backends: Backends;
  let service: RunningService;

  beforeAll(async () => {
    backends = await Backends.start();
    service = await RunningService.start({ ...backends.settings, EVENTING_ENABLED: 'false' });
  });

  afterAll(async () => {
    await service?.dispose();
    await backends.stop();
  });

  it('indexes by itself, without any consumer', async () => {
    const text = 'the rake stands behind the door';
    await service.json('/store', { body: { coord: '1,1', payload: { text } } });
    await waitFor(async () => (await backends.texts()).includes(text), { timeoutMs: CAUGHT_UP_MS });
    expect(await recalledTexts(service, 'where is the rake?')).toEqual([text]);
    await service.json('/memories/1,1', { method: 'DELETE' });
    await waitFor(async () => (await backends.texts()).length === 0, { timeoutMs: CAUGHT_UP_MS });
    await waitFor(async () => (await backends.query('SELECT FROM outbox')).length === 0, { timeoutMs: CAUGHT_UP_MS });
  });
});
