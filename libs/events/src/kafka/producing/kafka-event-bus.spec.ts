import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { BusUnavailableError, toNamespace, type EventRecord } from '@sfm/memory';
import { Kafka } from 'kafkajs';
import { describeWith } from '../../../../../test/services/availability.js';
import { startKafka, testKafka, type KafkaProcess } from '../../../../../test/services/kafka/kafka.js';
import { waitFor } from '../../../../../test/services/lifetime/wait-for.js';
import { anEvent, eventsOn, freshTopic, messagesOn, PATIENT, recordedLog } from '../../../test/kafka-fixtures.js';
import { createKafkaClient, kafkaClientConfig } from '../connection/kafka-client.js';
import { KafkaEventBus } from './kafka-event-bus.js';
import { KafkaHealth } from '../topics/kafka-health.js';

const describeKafka = await describeWith(['kafka']);
const idOf = ({ event }: EventRecord) => event.event_id;
const namespace = toNamespace('team:a');

describeKafka('KafkaEventBus', () => {
  const buses: KafkaEventBus[] = [];
  let brokers: string[];
  let kafka: Kafka;
  const open = (...[client, log, options]: ConstructorParameters<typeof KafkaEventBus>) => {
    const bus = new KafkaEventBus(client, log, options);
    buses.push(bus);
    return bus;
  };

  beforeAll(async () => {
    ({ brokers } = await testKafka());
    kafka = createKafkaClient({ brokers, clientId: 'test', ...PATIENT }, recordedLog());
  });
  afterAll(async () => {
    await Promise.all(buses.map((bus) => bus.disconnect()));
  });

  it('puts the events of a memory on one partition, with what others need to know in key and headers', async () => {
    const topic = freshTopic();
    const bus = open(kafka, recordedLog(), { topic });
    await bus.publish([1, 2, 3].flatMap((version) => [1, 2, 3, 4, 5, 6].map((x) => anEvent(namespace, x, version))));
    const messages = await messagesOn(kafka, topic);
    expect(messages).toHaveLength(18);
    expect(new Set(messages.map(({ partition }) => partition)).size).toBeGreaterThan(1);
    for (const x of [1, 2, 3, 4, 5, 6]) {
      const own = messages.filter(({ message }) => String(message.key) === `team:a:${x}`);
      expect(new Set(own.map(({ partition }) => partition)).size).toBe(1);
      expect(own.map(({ message }) => String(message.headers?.['memory-version']))).toEqual(['1', '2', '3']);
    }
  });

  it('isolates several events that the topic does not take, wherever they stand', async () => {
    const topic = freshTopic();
    const topics = [{ topic, settings: { 'max.message.bytes': '4000' } }];
    const bus = open(kafka, recordedLog(), { topic, topics, compression: 'none' });
    const large = new Set([3, 4, 11]);
    const records = Array.from({ length: 20 }, (_, x) =>
      anEvent(namespace, x % 7, x + 1, large.has(x) ? 'x'.repeat(5000) : 'short'),
    );
    const { published, poisoned = [] } = await bus.publish(records);
    const expected = records.filter((_, x) => !large.has(x)).map(idOf);
    expect(published).toEqual(expected);
    expect(poisoned).toHaveLength(3);
    expect(poisoned[0]?.reason).toContain('larger than the max message size');
    expect(new Set((await eventsOn(kafka, topic)).map(idOf))).toEqual(new Set(expected));
  });

  it('does not let the brokers take a new event for a repeat of one whose fate it did not learn', async () => {
    const topic = freshTopic();
    let isDeaf = false;
    const deafSocket = ({ host, port, onConnect }: { host: string; port: number; onConnect: () => void }): Socket => {
      const socket = connect({ host, port }, onConnect);
      const emit = socket.emit.bind(socket);
      socket.emit = (name: string | symbol, ...args: unknown[]) => (isDeaf && name === 'data') || emit(name, ...args);
      return socket;
    };
    const config = kafkaClientConfig({ brokers, clientId: 'deaf', ...PATIENT, requestTimeoutMs: 4000 }, recordedLog());
    const bus = open(new Kafka({ ...config, socketFactory: deafSocket }), recordedLog(), { topic, timeoutMs: 12_000 });
    const [first, unanswered, next] = [1, 2, 3].map((version) => anEvent(namespace, 1, version));
    if (!first || !unanswered || !next) throw new Error('three events');
    await bus.publish([first]);
    isDeaf = true;
    await expect(bus.publish([unanswered])).rejects.toThrow(BusUnavailableError);
    isDeaf = false;
    await bus.publish([next]);
    expect((await eventsOn(kafka, topic)).map(idOf)).toEqual([first, unanswered, next].map(idOf));
  });

  it('says that no broker answers', async () => {
    const away = createKafkaClient({ brokers: ['127.0.0.1:1'], clientId: 'test' }, recordedLog());
    const bus = open(away, recordedLog(), { topic: freshTopic() });
    const failure = bus.publish([anEvent(namespace, 1, 1)]);
    await expect(failure).rejects.toThrow(BusUnavailableError);
    await expect(failure).rejects.toThrow(/broker unavailable: .*ECONNREFUSED/);
  });
});

describeKafka('KafkaEventBus while its broker is killed', () => {
  let server: KafkaProcess;
  beforeAll(async () => {
    server = await startKafka();
  });
  afterAll(async () => {
    await server.stop();
  });

  it('loses nothing that it acknowledged and keeps the order of every memory', async () => {
    const topic = freshTopic();
    const client = createKafkaClient({ brokers: server.brokers, clientId: 'test', ...PATIENT }, recordedLog());
    const bus = new KafkaEventBus(client, recordedLog(), { topic, timeoutMs: 4000 });
    const acknowledged: EventRecord[] = [];
    let isOver = false;
    let failures = 0;
    const publisher = (async () => {
      for (let version = 1; !isOver; version += 1) {
        const batch = Array.from({ length: 1 + (version % 20) }, (_, x) => anEvent(namespace, x, version));
        // As the relay does: a batch that was not acknowledged is published again before anything newer.
        for (let outcome; !outcome;) {
          outcome = await bus.publish(batch).catch((error: unknown) => {
            expect(error).toBeInstanceOf(BusUnavailableError);
            failures += 1;
          });
        }
        acknowledged.push(...batch);
      }
    })();
    const acknowledgedMore = () => {
      const enough = acknowledged.length + 500;
      return waitFor(() => acknowledged.length >= enough, { what: () => 'more to be published' });
    };
    for (let kill = 0; kill < 3; kill += 1) {
      await acknowledgedMore();
      await server.kill();
      // Once it is away for longer than a publish tries; otherwise it comes back while one does.
      if (kill === 0) await waitFor(() => failures > 0, { what: () => 'a publish that fails' });
      await server.start();
    }
    await acknowledgedMore();
    isOver = true;
    await publisher;
    await bus.disconnect();
    const received = await eventsOn(client, topic);
    const ids = new Set(received.map(idOf));
    expect(acknowledged.filter((record) => !ids.has(idOf(record)))).toEqual([]);
    const newest = new Map<string, number>();
    const firstTimes = received.filter(
      (record, index, all) => all.findIndex((one) => idOf(one) === idOf(record)) === index,
    );
    for (const { key, version = 0 } of firstTimes) {
      expect(version).toBeGreaterThan(newest.get(key) ?? 0);
      newest.set(key, version);
    }
  }, 360_000);

  it('is told healthy or not, however many ask', async () => {
    const topic = freshTopic();
    const patience = { topics: [topic], timeoutMs: 20_000 };
    const health = new KafkaHealth({ brokers: server.brokers, clientId: 'test' }, patience);
    expect(await health.check()).toMatchObject({ isUp: true, brokers: 1, missingTopics: [topic] });
    await server.kill();
    try {
      const looks = await Promise.all(Array.from({ length: 20 }, () => health.check()));
      expect(looks).toEqual(Array(20).fill({ isUp: false, problem: expect.stringContaining('broker unavailable') }));
    } finally {
      await server.start();
    }
    await waitFor(async () => (await health.check()).isUp, { what: () => 'health to come back' });
    await health.disconnect();
  });
});
