import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from '@jest/globals';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import pg from 'pg';
import { describeWith } from '../services/availability.js';
import { startKafka, testKafka } from '../services/kafka/kafka.js';
import { createTestDatabase, type TestDatabase } from '../services/postgres/postgres.js';
import { testQdrant } from '../services/qdrant/qdrant.js';
import { waitFor } from '../services/lifetime/wait-for.js';
import { RunningConsumer } from './support/running-consumer.js';
import { RunningService } from './support/running-service.js';

const describeReal = await describeWith(['postgres', 'qdrant', 'kafka']);
const PROCESSED = 'Successfully processed event';

/** Events that lines of the log tell of: each of one batch. */
function countIn(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + ((JSON.parse(line) as { events?: number }).events ?? 1), 0);
}

/** An event as another producer makes it: no key, no headers, seconds since the epoch. */
function foreignEvent(namespace: string, x: number, change: Readonly<Record<string, unknown>> = {}) {
  const id = randomUUID();
  const payload = { task: `task ${x}`, text: `the lamp number ${x}`, coordinate: [x, 2], memory_type: 'semantic' };
  return { event_id: id, id, namespace, type: 'created', timestamp: 1_700_000_000.5, payload, ...change };
}

describeReal('the consumer process', () => {
  let database: TestDatabase;
  let namespace: string;
  let topic: string;
  let settings: Record<string, string>;
  let kafka: Kafka;
  const consumers: RunningConsumer[] = [];

  const start = async (change: Readonly<Record<string, string>> = {}): Promise<RunningConsumer> => {
    const consumer = await RunningConsumer.prepare({ ...settings, ...change });
    consumers.push(consumer);
    await consumer.launch();
    return consumer;
  };
  const query = async <Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> => {
    const client = new pg.Client(database.url);
    await client.connect();
    try {
      return (await client.query<Row>(sql, [namespace])).rows;
    } finally {
      await client.end();
    }
  };
  const indexed = async () => {
    const [row] = await query<{ count: number }>(
      'SELECT count(*)::int AS count FROM memories WHERE namespace = $1 AND indexed_version = version',
    );
    return row?.count ?? 0;
  };
  /** Points in the collection that has the name of the namespace. */
  const points = async (): Promise<number> => {
    const { url, apiKey } = await testQdrant();
    const response = await fetch(`${url}/collections/${namespace}/points/count`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(apiKey === undefined ? {} : { 'api-key': apiKey }) },
      body: '{"exact":true}',
    });
    const { result } = (await response.json()) as { result?: { count: number } };
    return result?.count ?? 0;
  };
  const produce = async (events: readonly object[]) => {
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    await producer.send({ topic, messages: events.map((event) => ({ value: JSON.stringify(event) })) });
    await producer.disconnect();
  };
  /** Undefined while the broker cannot tell, as when its coordinator is loading. */
  const committed = async (): Promise<number | undefined> => {
    const admin = kafka.admin();
    try {
      await admin.connect();
      const [group] = await admin.fetchOffsets({ groupId: `${topic}-group`, topics: [topic] });
      return (group?.partitions ?? []).reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
    } catch {
      return undefined;
    } finally {
      await admin.disconnect();
    }
  };
  const metric = async (consumer: RunningConsumer, line: string): Promise<number> => {
    const text = await (await fetch(`${consumer.url}/metrics`)).text();
    return text
      .split('\n')
      .filter((each) => each.startsWith(line))
      .reduce((sum, each) => sum + Number(each.split(' ').at(-1)), 0);
  };

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  beforeEach(async () => {
    namespace = `consumer-${randomUUID()}`;
    topic = `consumer-${randomUUID()}`;
    const [{ brokers }, qdrant] = await Promise.all([testKafka(), testQdrant()]);
    kafka = new Kafka({ brokers, clientId: 'elsewhere', logLevel: logLevel.NOTHING });
    settings = {
      POSTGRES_URL: database.url,
      QDRANT_URL: qdrant.url,
      ...(qdrant.apiKey === undefined ? {} : { QDRANT_API_KEY: qdrant.apiKey }),
      KAFKA_BOOTSTRAP_SERVERS: brokers.join(','),
      KAFKA_MEMORY_EVENTS_TOPIC: topic,
      KAFKA_CONSUMER_GROUP: `${topic}-group`,
      KAFKA_TOPIC_PARTITIONS: '3',
      SOMA_MEMORY_NAMESPACE: namespace,
      SOMA_CONSUMER_MAX_ATTEMPTS: '2',
    };
  });
  afterEach(async () => {
    await Promise.all(consumers.splice(0).map((consumer) => consumer.dispose()));
  });

  it('makes rows of what other services announce, and says so', async () => {
    const consumer = await start();
    const [first, second] = [foreignEvent(namespace, 1, { importance: 3 }), foreignEvent(namespace, 2)];
    await produce([first, second, foreignEvent(namespace, 2, { type: 'deleted' })]);
    await waitFor(async () => (await committed()) === 3);
    const memories = await query(
      'SELECT coordinate, type, importance, payload FROM memories WHERE namespace = $1 AND deleted_at IS NULL',
    );
    const lamp = { coordinate: [1, 2], type: 'semantic', importance: 3 };
    expect(memories).toContainEqual(
      expect.objectContaining({ ...lamp, payload: expect.objectContaining({ task: 'task 1' }) }),
    );
    const ledger = await query<{ id: string; timestamp: number }>(
      "SELECT id, timestamp, type FROM memory_events WHERE namespace = $1 AND type = 'created'",
    );
    expect(ledger.map(({ id }) => id).sort()).toEqual([first.id, second.id].sort());
    expect(ledger[0]?.timestamp).toBe(1_700_000_000.5);
    const processed = () => consumer.output.split('\n').filter((line) => line.includes(PROCESSED));
    await waitFor(() => countIn(processed()) >= 3, { what: () => consumer.output });
    expect(countIn(processed())).toBe(3);
    expect(processed().map((line) => JSON.parse(line) as unknown)).toContainEqual(
      expect.objectContaining({ event: PROCESSED, level: 'info', event_id: expect.any(String), namespace }),
    );
  });

  it('counts what it does, and what it cannot do', async () => {
    const consumer = await start();
    await produce([foreignEvent(namespace, 1), foreignEvent(namespace, 2, { type: 'exploded' })]);
    await produce([foreignEvent(namespace, 3, { payload: { coordinate: [3], memory_type: 'nonsense' } })]);
    await waitFor(async () => (await committed()) === 3);
    // The broker knows of a commit before the consumer knows that it does.
    const consumed = () => metric(consumer, `consumer_messages_consumed_total{topic="${topic}"}`);
    await waitFor(async () => (await consumed()) >= 3, { what: () => 'the commits to be counted' });
    expect(await consumed()).toBe(3);
    expect(await metric(consumer, 'consumer_process_success_total{component="both"}')).toBe(1);
    expect(await metric(consumer, 'consumer_process_failure_total{component="kv_writer"}')).toBe(1);
    expect(await metric(consumer, 'consumer_processing_latency_seconds_count{component="both"}')).toBeGreaterThan(0);
    expect(await metric(consumer, 'consumer_batch_size_count')).toBeGreaterThan(0);
    // What can never be applied is not tried again.
    expect(await metric(consumer, 'consumer_retries_total{cause="event_failed"}')).toBe(0);
    expect(await metric(consumer, 'consumer_dead_letters_total')).toBe(1);
    expect(await metric(consumer, 'consumer_passed_over_total{kind="unknown"}')).toBe(1);
    expect(await metric(consumer, 'consumer_assigned_partitions')).toBe(3);
    expect(await metric(consumer, 'consumer_oldest_event_age_seconds')).toBe(0);
    // These two ask the brokers within the time of a scrape.
    await waitFor(async () => (await metric(consumer, 'consumer_dlq_events')) === 1);
    const lag = async () => (await (await fetch(`${consumer.url}/metrics`)).text()).match(/^consumer_lag\{.*/gm) ?? [];
    await waitFor(async () => (await lag()).length === 3);
    expect((await lag()).sort()).toEqual([0, 1, 2].map((p) => `consumer_lag{topic="${topic}",partition="${p}"} 0`));
  });

  it('applies what the service stores', async () => {
    const api = await RunningService.start(settings);
    try {
      const consumer = await start();
      await api.json('/store', { body: { coord: '1,2,3', payload: { text: 'the kettle is in the cupboard' } } });
      await waitFor(async () => (await indexed()) === 1);
      const [row] = await query<{ event_id: string }>('SELECT event_id FROM memory_events WHERE namespace = $1');
      await waitFor(() => consumer.output.includes(PROCESSED));
      expect(consumer.output).toContain(row?.event_id);
      expect(await points()).toBe(1);
      const { matches } = await api.json<{ matches: { text: string }[] }>('/recall', {
        body: { query: 'where is the kettle?' },
      });
      expect(matches.map(({ text }) => text)).toEqual(['the kettle is in the cupboard']);
    } finally {
      await api.dispose();
    }
  });

  it('loses nothing when it is killed, again and again, while another one shares the work', async () => {
    await start({ SOMA_CONSUMER_BATCH_SIZE: '5' });
    const victim = await start({ SOMA_CONSUMER_BATCH_SIZE: '5' });
    const total = 600;
    for (let sent = 0; sent < total; sent += 100) {
      await produce(Array.from({ length: 100 }, (_, x) => foreignEvent(namespace, sent + x)));
      if (sent % 200 === 0) {
        await victim.signal('SIGKILL');
        victim.spawn();
      }
    }
    await waitFor(async () => (await committed()) === total, { timeoutMs: 150_000, what: () => 'all commits' });
    expect(await indexed()).toBe(total);
    expect(await points()).toBe(total);
    const [ledger] = await query('SELECT count(*)::int AS count FROM memory_events WHERE namespace = $1');
    expect(ledger).toEqual({ count: total });
  });

  it('finishes what is under way on SIGTERM, ends with code 0, and the next one goes on', async () => {
    const first = await start({ SOMA_CONSUMER_BATCH_SIZE: '2' });
    await produce(Array.from({ length: 300 }, (_, x) => foreignEvent(namespace, x)));
    await waitFor(() => first.output.includes(PROCESSED));
    expect(await first.signal('SIGTERM')).toBe(0);
    const processed = countIn(first.output.split('\n').filter((line) => line.includes(PROCESSED)));
    await waitFor(async () => (await committed()) !== undefined, { what: () => 'the group coordinator' });
    expect(await committed()).toBe(processed);
    expect(first.output).toContain('"msg":"stopped"');
    await start();
    await waitFor(async () => (await committed()) === 300);
    expect(await indexed()).toBe(300);
  });

  it('answers probes and scrapes before Kafka does, and begins when Kafka comes', async () => {
    const server = await startKafka();
    await server.kill();
    const consumer = await RunningConsumer.prepare({
      ...settings,
      KAFKA_BOOTSTRAP_SERVERS: server.brokers.join(','),
    });
    consumers.push(consumer);
    consumer.spawn();
    const status = async (path: string) => (await fetch(consumer.url + path).catch(() => null))?.status;
    await waitFor(async () => (await status('/healthz')) === 200);
    expect(await status('/readyz')).toBe(503);
    await waitFor(async () => {
      const report: unknown = await (await fetch(`${consumer.url}/healthz`)).json();
      return JSON.stringify(report).includes('"kv_store":true,"vector_store":true,"consumer_group":false');
    });
    expect(await metric(consumer, 'consumer_process_success_total')).toBe(0);
    expect(await consumer.signal('SIGTERM')).toBe(0);
    // As supervisors start it: what they tell npm must reach the consumer.
    consumer.script = 'start:consumer';
    consumer.spawn();
    await waitFor(() => consumer.output.includes('starts again'));
    await server.start();
    await consumer.ready();
    await consumer.signal('SIGTERM');
    await waitFor(async () => (await status('/healthz')) === undefined, { what: () => 'the consumer to stop' });
    await server.stop();
  });
});

describe('the consumer process without brokers', () => {
  const withoutBrokers: Record<string, string>[] = [
    {},
    { KAFKA_BOOTSTRAP_SERVERS: '127.0.0.1:1', EVENTING_ENABLED: 'false' },
  ];
  it.each(withoutBrokers)('says that it is not needed, and ends: %p', async (settings) => {
    const consumer = await RunningConsumer.prepare(settings);
    consumer.spawn();
    expect(await consumer.exited()).toBe(0);
    expect(consumer.output).toContain('No event broker is configured');
  });
});
