import { connect, type Socket } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { IndexUnavailableError, InvalidRequestError, toNamespace, type EventRecord } from '@sfm/memory';
import { Kafka } from 'kafkajs';
import { describeWith } from '../../../../../test/services/availability.js';
import { startKafka, testKafka, type KafkaProcess } from '../../../../../test/services/kafka/kafka.js';
import { waitFor } from '../../../../../test/services/lifetime/wait-for.js';
import { ConsumingWorld, GIVEN_UP_SOON, type Behaviour } from '../../../test/consuming-harness.js';
import { anEvent, PATIENT, recordedLog } from '../../../test/kafka-fixtures.js';
import { createKafkaClient, kafkaClientConfig } from '../connection/kafka-client.js';

const NAMESPACE = toNamespace('ns');

const describeKafka = await describeWith(['kafka']);
const NOTHING_POISONED = { poisoned: [] };
const idOf = ({ event }: EventRecord) => event.event_id;
const idsOf = (records: readonly EventRecord[]) => records.map(idOf);
const textOf = ({ event }: EventRecord) => JSON.stringify(event.payload);

/** A promise and the hand that settles it. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

/** Applies everything, and remembers it in order. */
function applying(): { readonly applied: EventRecord[]; readonly behaviour: Behaviour } {
  const applied: EventRecord[] = [];
  return {
    applied,
    behaviour: (records) => {
      applied.push(...records);
      return NOTHING_POISONED;
    },
  };
}

describeKafka('KafkaBatchServer', () => {
  let brokers: string[];
  let kafka: Kafka;
  let world: ConsumingWorld;

  beforeAll(async () => {
    ({ brokers } = await testKafka());
    kafka = createKafkaClient({ brokers, clientId: 'test', ...PATIENT }, recordedLog());
  });
  beforeEach(async () => {
    world = new ConsumingWorld(kafka);
    await world.createTopics();
  });
  afterEach(() => world.close());

  it('applies what was on the topic before the group existed, and commits it', async () => {
    const events = Array.from({ length: 200 }, (_, x) => anEvent(NAMESPACE, x % 17, x + 1));
    await world.send(events);
    const { applied, behaviour } = applying();
    const { observer } = await world.consume(behaviour);
    await world.drained();
    expect(new Set(idsOf(applied))).toEqual(new Set(idsOf(events)));
    expect(applied).toHaveLength(200);
    await observer.hasCommitted(200);
    expect(observer).toMatchObject({ deadLetteredMessages: 0, causes: [] });
    expect(Math.max(...observer.handedSizes)).toBeLessThanOrEqual(50);
  });

  it('keeps the order of every memory', async () => {
    const { applied, behaviour } = applying();
    await world.consume(behaviour);
    for (let round = 0; round < 5; round += 1) {
      await world.send(
        Array.from({ length: 100 }, (_, index) => anEvent(NAMESPACE, index % 7, round * 100 + index + 1)),
      );
    }
    await world.drained();
    for (const x of ['0', '1', '2', '3', '4', '5', '6']) {
      const versions = applied.filter(({ key }) => key === x).map(({ version }) => version);
      expect(versions.length).toBeGreaterThan(50);
      expect(versions).toEqual([...versions].sort((a = 0, b = 0) => a - b));
    }
  });

  it('commits nothing before its effects are durable', async () => {
    const { opened, open } = gate();
    let calls = 0;
    await world.consume(async () => {
      calls += 1;
      await opened;
      return NOTHING_POISONED;
    });
    await world.send([anEvent(NAMESPACE, 1, 1), anEvent(NAMESPACE, 1, 2)]);
    await waitFor(() => calls === 1);
    expect(await world.totalLag()).toBe(2);
    open();
    await world.drained();
  });

  it('hands out again what a member that lost the brokers did not commit, and lets that one commit nothing', async () => {
    let isCut = false;
    const sockets = new Set<Socket>();
    const socketFactory = ({
      host,
      port,
      onConnect,
    }: {
      host: string;
      port: number;
      onConnect: () => void;
    }): Socket => {
      const socket = connect({ host, port }, onConnect);
      if (isCut) socket.destroy(new Error('cut'));
      sockets.add(socket);
      return socket;
    };
    const cuttable = new Kafka({
      ...kafkaClientConfig({ brokers, clientId: 'cut', ...PATIENT }, recordedLog()),
      socketFactory,
    });
    const { opened, open } = gate();
    const started: EventRecord[] = [];
    const victim = await world.consume(
      async (records) => {
        started.push(...records);
        await opened;
        return NOTHING_POISONED;
      },
      { kafka: cuttable, ...GIVEN_UP_SOON },
    );
    await victim.joined();
    const events = [anEvent(NAMESPACE, 1, 1), anEvent(NAMESPACE, 1, 2), anEvent(NAMESPACE, 1, 3)];
    await world.send(events);
    await waitFor(() => new Set(idsOf(started)).size === 3);
    isCut = true;
    for (const socket of sockets) socket.destroy(new Error('cut'));
    const { applied, behaviour } = applying();
    await world.consume(behaviour);
    await waitFor(() => applied.length === 3);
    expect(idsOf(applied)).toEqual(idsOf(events));
    open();
    await world.drained();
    expect(victim.observer.committedMessages).toBe(0);
  });

  it('dead-letters what is no event, with the reason, passes over what it does not know, and applies the rest', async () => {
    const good = [anEvent(NAMESPACE, 1, 1), anEvent(NAMESPACE, 2, 1)];
    const unknown = anEvent(NAMESPACE, 3, 1);
    await world.send(good);
    await world.send([{ ...unknown, event: { ...unknown.event, type: 'exploded' } }]);
    await world.sendRaw([
      { key: 'k', value: '{not json' },
      { value: '{"event_id":"half"}' },
      { key: 'n', value: null },
    ]);
    await world.send([{ ...unknown, event: { ...unknown.event, type: 'linked' } }]);
    const { applied, behaviour } = applying();
    const { observer, log } = await world.consume(behaviour);
    await world.drained();
    expect(new Set(idsOf(applied))).toEqual(new Set(idsOf(good)));
    const letters = await world.deadLetters.list();
    expect(letters.map(({ reason }) => reason).sort()).toEqual([
      expect.stringMatching(/^not a memory event/),
      'the message has no value',
      'the value is not JSON',
    ]);
    expect(letters.every(({ topic, attempts }) => topic === world.topic && attempts === 1)).toBe(true);
    await observer.hasCommitted(7);
    expect(observer.deadLetteredMessages).toBe(3);
    expect(observer.passedOverTypes.sort()).toEqual(['exploded', 'linked']);
    const notes = log.lines.filter((line) => line.includes('passes over'));
    expect(notes).toHaveLength(2);
  });

  it('dead-letters a poisoned event once, after the tries it may have, while its neighbours are applied once', async () => {
    const events = Array.from({ length: 20 }, (_, x) => anEvent(NAMESPACE, 1, x + 1, x === 7 ? 'poison' : 'fine'));
    await world.send(events);
    const tries = new Map<string, number>();
    const { observer } = await world.consume((records) => {
      for (const record of records) tries.set(idOf(record), (tries.get(idOf(record)) ?? 0) + 1);
      const poisoned = records.filter((record) => textOf(record).includes('poison'));
      return {
        poisoned: poisoned.map((record) => ({ eventId: idOf(record), reason: 'it is poison', isPermanent: false })),
      };
    });
    await world.drained();
    expect(events.map((record) => tries.get(idOf(record)))).toEqual(events.map((_, x) => (x === 7 ? 3 : 1)));
    const [letter, ...others] = await world.deadLetters.list();
    expect(others).toEqual([]);
    expect(letter).toMatchObject({ topic: world.topic, reason: 'it is poison', attempts: 3 });
    expect(letter?.headers['memory-key']?.toString()).toBe('1');
    await observer.hasCommitted(20);
    expect(observer.deadLetteredMessages).toBe(1);
    expect(observer.causes).toEqual(['event_failed', 'event_failed']);
  });

  it('dead-letters at once what can never be applied, reported or thrown, and never makes its neighbours wait', async () => {
    const events = Array.from({ length: 20 }, (_, x) => anEvent(NAMESPACE, 1, x + 1, x % 7 === 3 ? 'poison' : 'fine'));
    await world.send(events);
    const isPoison = (record: EventRecord) => textOf(record).includes('poison');
    const { applied, behaviour } = applying();
    const { observer } = await world.consume((records) => {
      if (records.length > 1 && records.some(isPoison)) throw new InvalidRequestError('payload', 'is poison');
      if (!records.some(isPoison)) return behaviour(records);
      return { poisoned: records.map((record) => ({ eventId: idOf(record), reason: 'poison', isPermanent: true })) };
    });
    await world.drained();
    expect(await world.deadLetters.list()).toMatchObject([3, 10, 17].map(() => ({ reason: 'poison', attempts: 1 })));
    expect(idsOf(applied)).toEqual(idsOf(events.filter((record) => !isPoison(record))));
    await observer.hasCommitted(20);
    expect(observer.causes).toEqual([]);
  });

  it('applies an event that fails less often than it may', async () => {
    let failures = 2;
    const { applied, behaviour } = applying();
    await world.consume((records) => {
      failures -= 1;
      if (failures < 0) return behaviour(records);
      return { poisoned: records.map((record) => ({ eventId: idOf(record), reason: 'not yet', isPermanent: false })) };
    });
    await world.send([anEvent(NAMESPACE, 1, 1)]);
    await world.drained();
    expect(applied).toHaveLength(1);
    expect(await world.deadLetters.count()).toBe(0);
  });

  it('waits with one partition for a server that is away, dead-letters and loses nothing, and lets the others flow', async () => {
    const onPartition = (partition: number, length: number) =>
      Array.from({ length }, (_, index) => ({
        value: JSON.stringify(anEvent(NAMESPACE, index, 1, `partition ${partition}`).event),
        partition,
      }));
    await world.sendRaw(onPartition(0, 30));
    let isAway = true;
    const { applied, behaviour } = applying();
    const { observer, server } = await world.consume((records) => {
      if (isAway && records.some((record) => textOf(record).includes('partition 0'))) {
        throw new IndexUnavailableError('the index is away');
      }
      return behaviour(records);
    });
    // More pauses than an event has tries.
    await waitFor(() => observer.causes.length > 5);
    await world.sendRaw([...onPartition(1, 30), ...onPartition(2, 30)]);
    await waitFor(() => applied.length === 60);
    // Offsets are committed after the effects.
    const waiting = { 0: 30, 1: 0, 2: 0 };
    const lag = async () => Object.fromEntries(await world.lag.read().catch(() => []));
    await waitFor(async () => isDeepStrictEqual(await lag(), waiting));
    expect(server.oldestEventAgeSeconds()).toBeGreaterThan(0);
    isAway = false;
    await world.drained();
    expect(applied).toHaveLength(90);
    expect(new Set(observer.causes)).toEqual(new Set(['server_away']));
    expect(await world.deadLetters.count()).toBe(0);
    await waitFor(() => server.oldestEventAgeSeconds() === 0);
  });

  it('sees what its handler throws as it was thrown', async () => {
    const consumer = await world.consume(() => {
      throw new IndexUnavailableError('the index is away');
    });
    await world.send([anEvent(NAMESPACE, 1, 1)]);
    await waitFor(() => consumer.observer.causes.length > 0);
    expect(consumer.observer.causes).toContain('server_away');
    expect(consumer.log.lines.some((line) => line.endsWith('the index is away'))).toBe(true);
  });

  it('finds the one event that makes its handler throw, after the tries of a batch', async () => {
    const events = Array.from({ length: 20 }, (_, x) => anEvent(NAMESPACE, 1, x + 1, x === 13 ? 'poison' : 'fine'));
    await world.send(events);
    const { applied, behaviour } = applying();
    await world.consume((records) => {
      if (records.some((record) => textOf(record).includes('poison'))) throw new TypeError('a bug');
      return behaviour(records);
    });
    await world.drained();
    expect(await world.deadLetters.list()).toMatchObject([{ reason: 'a bug', attempts: 3 }]);
    expect(idsOf(applied)).toEqual(idsOf(events.filter((_, x) => x !== 13)));
  });

  it('blames no event for an unknown failure while a server is away', async () => {
    let isAway = true;
    let observed = 0;
    const { applied, behaviour } = applying();
    const { observer } = await world.consume(
      (records) => {
        if (!isAway) return behaviour(records);
        if (observed % 2 === 0) throw new Error('something odd');
        return {
          poisoned: records.map((record) => ({ eventId: idOf(record), reason: 'something odd', isPermanent: false })),
        };
      },
      {
        areServersUp: () => {
          observed += 1;
          return Promise.resolve(!isAway);
        },
      },
    );
    await world.send([anEvent(NAMESPACE, 1, 1), anEvent(NAMESPACE, 1, 2)]);
    await waitFor(() => observer.causes.length > 8);
    isAway = false;
    await world.drained();
    expect(applied).toHaveLength(2);
    expect(await world.deadLetters.count()).toBe(0);
  });

  it('commits no event that could not be dead-lettered', async () => {
    let isAway = true;
    const { behaviour } = applying();
    const { observer } = await world.consume(behaviour, {
      deadLetters: {
        add: async (items) => {
          if (isAway) throw new IndexUnavailableError('no dead letter topic');
          await world.deadLetters.add(items);
        },
      },
    });
    await world.sendRaw([{ key: 'k', value: 'nonsense' }]);
    await waitFor(() => observer.causes.length > 3);
    expect(await world.totalLag()).toBe(1);
    isAway = false;
    await world.drained();
    expect(await world.deadLetters.count()).toBe(1);
  });

  it('finishes and commits what is under way when it is closed, and begins nothing more', async () => {
    const { opened, open } = gate();
    let calls = 0;
    const consumer = await world.consume(
      async () => {
        calls += 1;
        await opened;
        return NOTHING_POISONED;
      },
      { batchSize: 2 },
    );
    await consumer.joined();
    await world.send(Array.from({ length: 6 }, (_, x) => anEvent(NAMESPACE, 1, x + 1)));
    await waitFor(() => calls === 1);
    const closed = consumer.close();
    open();
    await closed;
    expect(calls).toBe(1);
    expect(await world.totalLag()).toBe(4);
    expect(consumer.server.partitions).toBeUndefined();
  });

  it('leaves what a server that is away fails while it is closed to the next member, and outlives that', async () => {
    const { opened, open } = gate();
    let calls = 0;
    const closing = await world.consume(async () => {
      calls += 1;
      await opened;
      throw new IndexUnavailableError('the index is away');
    });
    await closing.joined();
    await world.send([anEvent(NAMESPACE, 1, 1), anEvent(NAMESPACE, 1, 2)]);
    await waitFor(() => calls === 1);
    const closed = closing.close();
    // The client refuses new batches by then, and waits for this one.
    await waitFor(() => closing.server.partitions === undefined);
    open();
    await closed;
    const { applied, behaviour } = applying();
    // Longer than the first member would have paused.
    await world.consume(behaviour);
    await world.drained();
    expect(applied).toHaveLength(2);
    expect(closing.observer.causes).toEqual([]);
  });

  it('lets a member that joins take over partitions while events flow, and loses none', async () => {
    await world.close();
    world = new ConsumingWorld(kafka, 6);
    await world.createTopics();
    const sent: EventRecord[] = [];
    let isOver = false;
    const producing = (async () => {
      for (let round = 1; !isOver; round += 1) {
        const batch = Array.from({ length: 40 }, (_, x) => anEvent(NAMESPACE, x, round));
        await world.send(batch);
        sent.push(...batch);
      }
    })();
    const first = applying();
    const second = applying();
    await world.consume(first.behaviour, { batchSize: 10 });
    await waitFor(() => first.applied.length > 200);
    const joining = await world.consume(second.behaviour, { batchSize: 10 });
    await waitFor(() => second.applied.length > 200);
    expect(joining.server.partitions).toHaveLength(3);
    await joining.close();
    const before = first.applied.length;
    await waitFor(() => first.applied.length > before + 200);
    isOver = true;
    await producing;
    await world.drained();
    const applied = new Set(idsOf([...first.applied, ...second.applied]));
    expect(sent.filter((record) => !applied.has(idOf(record)))).toEqual([]);
    expect(await world.deadLetters.count()).toBe(0);
  });
});

describeKafka('KafkaBatchServer while its broker is away', () => {
  let server: KafkaProcess;
  beforeAll(async () => {
    server = await startKafka();
  });
  afterAll(() => server.stop());

  it('waits for a broker that starts late, and goes on after one that was killed, without a restart', async () => {
    const client = createKafkaClient({ brokers: server.brokers, clientId: 'test', ...PATIENT }, recordedLog());
    const world = new ConsumingWorld(client);
    await server.kill();
    const { applied, behaviour } = applying();
    const consumer = await world.consume(behaviour, GIVEN_UP_SOON);
    expect(consumer.server.partitions).toBeUndefined();
    await waitFor(() => consumer.log.lines.some((line) => line.includes('starts again')));
    await server.start();
    await consumer.joined();
    for (let round = 1; round <= 2; round += 1) {
      await world.send(Array.from({ length: 50 }, (_, x) => anEvent(NAMESPACE, x, round)));
      await waitFor(() => new Set(idsOf(applied)).size === 50 * round);
      await server.kill();
      await waitFor(() => consumer.server.partitions === undefined);
      await server.start();
      await consumer.joined();
    }
    await world.drained();
    // It hangs: connections stay open, and nothing is answered.
    process.kill(server.pid ?? 0, 'SIGSTOP');
    await waitFor(() => !consumer.server.isMember, { what: () => 'to notice the silence' });
    expect(consumer.server.partitions).toBeDefined();
    process.kill(server.pid ?? 0, 'SIGCONT');
    await waitFor(() => consumer.server.isMember, { timeoutMs: 60_000, what: () => 'to be in the group again' });
    await world.close();
  }, 480_000);
});
