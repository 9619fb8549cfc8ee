import { randomBytes } from 'node:crypto';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import { describeWith } from '../services/availability.js';
import { freePort } from '../services/lifetime/free-port.js';
import { startKafka, type KafkaProcess } from '../services/kafka/kafka.js';
import { createTestDatabase, type TestDatabase } from '../services/postgres/postgres.js';
import { startQdrant, type QdrantProcess } from '../services/qdrant/qdrant.js';
import { waitFor } from '../services/lifetime/wait-for.js';
import { GrpcDoor, V1 } from './support/grpc-door.js';
import { RunningConsumer } from './support/running-consumer.js';
import { RunningService, TOKEN } from './support/running-service.js';
import { TraceCollector, type CollectedSpan } from './support/trace-collector.js';

const DELIVERED_MS = 60_000;
const TOPIC = 'memory.events';

const describeReal = await describeWith(['postgres', 'qdrant', 'kafka']);

/** A caller's trace: its id, and the header that continues it. */
function aTrace(flags = '01') {
  const traceId = randomBytes(16).toString('hex');
  const spanId = randomBytes(8).toString('hex');
  return { traceId, spanId, headers: { traceparent: `00-${traceId}-${spanId}-${flags}` } };
}

const named = (spans: readonly CollectedSpan[], name: string) => spans.filter((span) => span.name === name);
const isRoot = ({ parentSpanId }: CollectedSpan) => parentSpanId === undefined || parentSpanId === '';

describeReal('traces over a service and a consumer', () => {
  let collector: TraceCollector;
  let database: TestDatabase;
  let qdrant: QdrantProcess;
  let kafka: KafkaProcess;
  let service: RunningService;
  let consumer: RunningConsumer;

  beforeAll(async () => {
    [collector, database, qdrant, kafka] = await Promise.all([
      TraceCollector.start(),
      createTestDatabase(),
      startQdrant(),
      startKafka(),
    ]);
    const settings = {
      POSTGRES_URL: database.url,
      QDRANT_URL: qdrant.url,
      KAFKA_BOOTSTRAP_SERVERS: kafka.brokers.join(','),
      ...collector.settings,
    };
    service = await RunningService.start({ ...settings, SOMA_WORKERS: '2' });
    consumer = await RunningConsumer.start(settings);
  });

  afterAll(async () => {
    await Promise.all([service?.dispose(), consumer?.dispose()]);
    await Promise.all([qdrant?.stop(), kafka?.stop(), database?.drop(), collector?.stop()]);
  });

  /**
   * The spans of a trace once the whole way from the caller's span to Qdrant is here; of a batch, the other trace has
   * the calls.
   */
  async function untilIndexed({ traceId, spanId }: ReturnType<typeof aTrace>): Promise<readonly CollectedSpan[]> {
    await waitFor(
      () => {
        const spans = collector.ofTrace(traceId);
        const known = new Set([spanId, ...spans.map((span) => span.spanId)]);
        const isWhole = spans.every(({ parentSpanId = '' }) => known.has(parentSpanId));
        const processed = named(spans, `process ${TOPIC}`);
        const isLinked = processed.some(({ links = [] }) => links.length > 0);
        return isWhole && processed.length > 0 && (isLinked || named(spans, 'qdrant batchUpdate').length > 0);
      },
      { timeoutMs: DELIVERED_MS, what: () => `trace ${traceId}: ${JSON.stringify(collector.ofTrace(traceId))}` },
    );
    return collector.ofTrace(traceId);
  }

  it('follow a memory from its request over PostgreSQL, Kafka and the consumer into Qdrant', async () => {
    const caller = aTrace();
    const text = 'the ladder leans against the shed';
    await service.json('/store?secret=parameter', {
      body: { coord: '11.5,12.5', payload: { text } },
      headers: caller.headers,
    });
    const spans = await untilIndexed(caller);
    const [request] = named(spans, 'POST /store');
    const [write] = named(spans, 'write memories');
    const [statement] = named(spans, 'postgresql write_traced');
    const [send] = named(spans, `send ${TOPIC}`);
    const [process] = named(spans, `process ${TOPIC}`);
    const [upsert] = named(spans, 'qdrant batchUpdate');

    expect(request).toMatchObject({ parentSpanId: caller.spanId, kind: 2, service: 'soma-api' });
    expect(request?.attributes).toMatchObject({
      'http.route': '/store',
      'http.request.method': 'POST',
      'http.response.status_code': '200',
    });
    expect(write).toMatchObject({ parentSpanId: request?.spanId, kind: 1 });
    expect(statement).toMatchObject({ parentSpanId: write?.spanId, kind: 3 });
    expect(statement?.attributes).toMatchObject({ 'db.system.name': 'postgresql' });
    expect(send).toMatchObject({ parentSpanId: request?.spanId, kind: 4, service: 'soma-api' });
    expect(process).toMatchObject({ parentSpanId: send?.spanId, kind: 5, service: 'soma-consumer' });
    expect(upsert).toMatchObject({ parentSpanId: process?.spanId, kind: 3, service: 'soma-consumer' });
    // The first write of a namespace finds no collection.
    const failed = spans.filter(({ status }) => status?.code === 2).map(({ name }) => name);
    expect(failed.filter((name) => name !== 'qdrant getCollection')).toEqual([]);

    const line = () => consumer.output.split('\n').find((printed) => printed.includes(caller.traceId)) ?? '';
    await waitFor(() => line().includes('Successfully processed event'), { what: line });
  });

  it('continue the trace of a caller of gRPC', async () => {
    const caller = aTrace();
    const door = new GrpcDoor(await service.grpcAddress());
    const memory = { coordinate: { values: [11.5, 13.5] }, payload_json: '{"text":"the ladder is called"}' };
    await door.call(V1, 'Store', memory, { metadata: caller.headers });
    door.close();
    const spans = await untilIndexed(caller);
    const [call] = named(spans, `${V1}/Store`);
    expect(call).toMatchObject({ parentSpanId: caller.spanId, kind: 2, service: 'soma-api' });
    expect(call?.attributes).toMatchObject({ 'rpc.system': 'grpc', 'rpc.method': 'Store', 'rpc.grpc.status': 'OK' });
    const [write] = named(spans, 'write memories');
    expect(write).toMatchObject({ parentSpanId: call?.spanId });
    expect(named(spans, 'postgresql write_traced')[0]).toMatchObject({ parentSpanId: write?.spanId });
    expect(named(spans, `send ${TOPIC}`)[0]).toMatchObject({ parentSpanId: call?.spanId });
  });

  it('show a recall with its statements and searches, and nothing of what was asked', async () => {
    const caller = aTrace();
    const query = 'whereabouts of the peculiar zeppelin';
    await service.json('/recall', { body: { query }, headers: caller.headers });
    await waitFor(() => named(collector.ofTrace(caller.traceId), 'POST /recall').length === 1, {
      timeoutMs: DELIVERED_MS,
    });
    const spans = collector.ofTrace(caller.traceId);
    const [request] = named(spans, 'POST /recall');
    const [search] = named(spans, 'qdrant queryPoints');
    expect(search).toMatchObject({ parentSpanId: request?.spanId, kind: 3 });
    expect(spans.filter(({ name }) => name.startsWith('postgresql ')).length).toBeGreaterThan(0);
  });

  it('continue through a deletion', async () => {
    const before = aTrace();
    const memory = { coord: '21,22', payload: { text: 'to be gone' } };
    await service.json('/store', { body: memory, headers: before.headers });
    await untilIndexed(before);
    const caller = aTrace();
    await service.json('/memories/21,22', { method: 'DELETE', headers: caller.headers });
    const spans = await untilIndexed(caller);
    const [request] = named(spans, 'DELETE /memories/:coord');
    expect(named(spans, 'postgresql delete_traced')[0]).toMatchObject({ parentSpanId: request?.spanId });
    expect(named(spans, `send ${TOPIC}`)[0]).toMatchObject({ parentSpanId: request?.spanId });
  });

  it('give every request of a shared batch its own whole trace', async () => {
    const callers = Array.from({ length: 40 }, () => aTrace());
    await Promise.all(
      callers.map(({ headers }, index) =>
        service.json('/store', { body: { coord: `30,${index}`, payload: { text: `batched ${index}` } }, headers }),
      ),
    );
    for (const caller of callers) {
      const spans = await untilIndexed(caller);
      const [request] = named(spans, 'POST /store');
      const [send] = named(spans, `send ${TOPIC}`);
      const [process] = named(spans, `process ${TOPIC}`);
      expect(named(spans, 'write memories')).toMatchObject([{ parentSpanId: request?.spanId }]);
      expect(send).toMatchObject({ parentSpanId: request?.spanId });
      expect(process).toMatchObject({ parentSpanId: send?.spanId });
      // The work of a batch is in one of its traces, and the others say in which.
      const statements = named(spans, 'postgresql write_traced').length;
      expect(statements + (named(spans, 'write memories')[0]?.links?.length ?? 0)).toBeGreaterThan(0);
    }
    const written = callers.flatMap(({ traceId }) => named(collector.ofTrace(traceId), 'postgresql write_traced'));
    expect(written.length).toBeLessThan(callers.length);
  });

  it('continue the trace that another producer put into the headers of its message', async () => {
    const producerTrace = aTrace();
    const producer = new Kafka({ brokers: [...kafka.brokers], logLevel: logLevel.NOTHING }).producer();
    await producer.connect();
    const event = (id: string) => ({
      event_id: id,
      id,
      namespace: 'api_ns',
      type: 'created',
      timestamp: '2026-01-02T03:04:05Z',
      payload: { coordinate: [41, 42], memory_type: 'episodic', text: 'said elsewhere' },
    });
    const id = (end: number) => `0197a000-0000-7000-8000-00000000000${end}`;
    const send = (end: number, headers: Record<string, string>) =>
      producer.send({ topic: TOPIC, messages: [{ key: 'a', value: JSON.stringify(event(id(end))), headers }] });
    await send(1, producerTrace.headers);
    const spans = await untilIndexed(producerTrace);
    expect(named(spans, `process ${TOPIC}`)[0]).toMatchObject({ parentSpanId: producerTrace.spanId, kind: 5 });

    // One without a context that can be read begins a trace.
    await send(2, { traceparent: 'not a trace context' });
    await producer.disconnect();
    const begun = () => named(collector.spans, `process ${TOPIC}`).filter(isRoot);
    await waitFor(() => begun().length === 1, { timeoutMs: DELIVERED_MS });
    expect(collector.ofTrace(begun()[0]?.traceId ?? '').map(({ name }) => name)).toContain('qdrant batchUpdate');
  });

  it('leave out probes, scrapes, background work and what the caller does not record', async () => {
    const unrecorded = aTrace('00');
    await service.json('/store', {
      body: { coord: '51,52', payload: { text: 'unrecorded' } },
      headers: unrecorded.headers,
    });
    for (const path of ['/ping', '/health', '/healthz', '/readyz', '/metrics', '/']) await service.request(path);
    const last = aTrace();
    await service.json('/store', { body: { coord: '53,54', payload: { text: 'recorded' } }, headers: last.headers });
    await service.json('/store', { body: { coord: '55,56', payload: { text: 'of nobody else' } } });
    await untilIndexed(last);
    const begun = () => new Set(collector.spans.filter(isRoot).map(({ name }) => name));
    await waitFor(() => begun().has('POST /store'), { timeoutMs: DELIVERED_MS });
    expect(collector.ofTrace(unrecorded.traceId)).toEqual([]);
    expect([...begun()].filter((name) => name !== 'POST /store' && name !== `process ${TOPIC}`)).toEqual([]);
  });

  it('hold no token, payload, query, coordinate or path', () => {
    const everything = collector.bodies.join('\n');
    expect(everything).toContain('POST /store');
    for (const secret of [
      TOKEN,
      'ladder',
      'zeppelin',
      'batched',
      '11.5',
      'said elsewhere',
      'secret=parameter',
      '21,22',
    ])
      expect(everything).not.toContain(secret);
  });
});

describe('traces of the embedded service', () => {
  const listing = { NODE_OPTIONS: `--import=${new URL('support/list-modules.mjs', import.meta.url).href}` };
  const loadedBy = ({ output }: RunningService) => /^LOADED (.*)$/m.exec(output)?.[1];

  it('are off by default: no SDK is loaded', async () => {
    const service = await RunningService.start(listing);
    await service.json('/store', {
      body: { coord: '1,2', payload: { text: 'untraced' } },
      headers: aTrace().headers,
    });
    await service.dispose();
    // The API without an SDK comes with the metrics library.
    expect(loadedBy(service)?.replace('@opentelemetry/api', '')).toBe('');
  });

  it('are sent as protobuf to the one address that is set, and the last ones at the end', async () => {
    const collector = await TraceCollector.start();
    const service = await RunningService.start({
      ...listing,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-collector-key=a%20b',
      OTEL_SERVICE_NAME: 'my-memory',
      OTEL_BSP_SCHEDULE_DELAY: '600000',
    });
    await service.json('/store', { body: { coord: '1,2', payload: { text: 'traced' } } });
    expect(collector.bodies).toEqual([]);
    await service.dispose();
    await collector.stop();
    expect(loadedBy(service)).toContain('@opentelemetry/sdk-trace');
    expect(collector.headers[0]).toMatchObject({
      'content-type': 'application/x-protobuf',
      'x-collector-key': 'a b',
    });
    expect(collector.bodies.join()).toMatch(/my-memory[\s\S]*POST \/store/);
  });

  it.each(['none', 'always_off'])('are not sent with %s', async (word) => {
    const collector = await TraceCollector.start();
    const setting = word === 'none' ? 'OTEL_TRACES_EXPORTER' : 'OTEL_TRACES_SAMPLER';
    const service = await RunningService.start({ ...collector.settings, [setting]: word });
    await service.json('/store', { body: { coord: '1,2', payload: { text: 'untraced' } } });
    await service.dispose();
    await collector.stop();
    expect(collector.bodies).toEqual([]);
  });

  it.each(['refuses', 'never answers'])('do not hold up requests or the end when the collector %s', async (fault) => {
    const held: Socket[] = [];
    const silent = createServer((socket) => held.push(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const service = await RunningService.start({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${fault === 'refuses' ? await freePort() : port}`,
      OTEL_EXPORTER_OTLP_TIMEOUT: '500',
      OTEL_BSP_SCHEDULE_DELAY: '1',
      OTEL_BSP_MAX_QUEUE_SIZE: '10',
    });
    for (let turn = 0; turn < 50; turn += 1) {
      await service.json('/store', { body: { coord: `1,${turn}`, payload: { text: `kept ${turn}` } } });
    }
    await waitFor(() => service.output.includes('traces are not delivered'), {
      timeoutMs: DELIVERED_MS,
      what: () => service.output,
    });
    expect(await service.signal('SIGTERM')).toBe(0);
    expect(service.output).not.toContain('stopping took longer');
    await service.dispose();
    for (const socket of held) socket.destroy();
    silent.close();
  });
});
