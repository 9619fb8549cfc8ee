import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  createKafkaClient,
  decodeEventMessage,
  encodeEventMessage,
  EventTopic,
  EventValidator,
  KafkaEventBus,
} from '@sfm/events';
import { coordinateKey, EventReplay, LedgerReplay, type EventRecord } from '@sfm/memory';
import fc from 'fast-check';
import { describeWith } from '../services/availability.js';
import { startKafka, type KafkaProcess } from '../services/kafka/kafka.js';
import { arbitraryHistory, type Step } from './ledger-histories.js';
import { FIELDS, LedgerWorld, LIMITS } from './ledger-world.js';

const RULES = { validator: new EventValidator(), maxDimensions: LIMITS.maxDimensions };
const LOG = { log: () => {}, warn: () => {}, error: () => {} };

/** Every message that was on the bus, in order, as bytes. */
class RecordedTopic {
  private readonly messages: ReturnType<typeof encodeEventMessage>[] = [];

  async publish(records: readonly EventRecord[]): Promise<void> {
    this.messages.push(...records.map(encodeEventMessage));
  }

  async read(visit: (records: readonly EventRecord[]) => Promise<void>): Promise<void> {
    for (let from = 0; from < this.messages.length; from += 7) {
      await visit(this.messages.slice(from, from + 7).map(decoded));
    }
  }
}

function decoded({ value, headers }: ReturnType<typeof encodeEventMessage>): EventRecord {
  const bytes = Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, text]) => [name, Buffer.from(String(text))]),
  );
  const event = decodeEventMessage({ value: Buffer.from(value), headers: bytes }, RULES);
  if (!('record' in event)) throw new Error(JSON.stringify(event));
  return event.record;
}

let world: LedgerWorld;
beforeAll(async () => {
  world = await LedgerWorld.open();
});
afterAll(() => world.close());

const keyOf = ({ namespace, coordinate }: { readonly namespace: string; readonly coordinate: readonly number[] }) =>
  `${namespace} ${coordinateKey(coordinate)}`;
const placeOf = (row: object) => {
  const { namespace, coordinate_key: key } = row as { readonly namespace?: string; readonly coordinate_key?: string };
  return `${namespace} ${key}`;
};

/** Only coordinates that a late event is about may have gone on, and those whose place had been taken from there. */
function goneOnLate(history: readonly Step[]): ReadonlySet<string> {
  const late = new Set(
    history.flatMap((step) => (step.kind === 'foreign' && step.isProcessedLate ? [keyOf(step)] : [])),
  );
  const freed = history.flatMap((step) => {
    if (step.kind !== 'store') return [];
    const { namespace, memories } = step;
    const taking = memories.filter(({ coordinate }) => late.has(keyOf({ namespace, coordinate })));
    return taking.flatMap(({ supersedes = [] }) => supersedes.map((coordinate) => keyOf({ namespace, coordinate })));
  });
  return new Set([...late, ...freed]);
}

interface Topic {
  publish(records: readonly EventRecord[]): Promise<void>;
  read(visit: (records: readonly EventRecord[]) => Promise<void>): Promise<void>;
}

/** Lives through a history in an empty world, and settles with everything indexed. */
async function live(history: readonly Step[], topic: Topic): Promise<void> {
  await world.clear();
  await liveOn(history, topic);
}

/** Lives through a history, events published as they come, and settles with everything indexed. */
async function liveOn(history: readonly Step[], topic: Topic): Promise<void> {
  for (const step of history) await world.take(step, (records) => topic.publish(records));
  await world.settle((records) => topic.publish(records));
}

async function replayLedger(): Promise<void> {
  const replay = new LedgerReplay(world.ledgerReader, world.restorer, FIELDS);
  await replay.replay({
    onRestored: async () => {},
    onUnreadable: (entry) => {
      throw new Error(entry.reason);
    },
  });
  await world.settle(async () => {});
}

async function replayTopic(topic: Topic): Promise<void> {
  const { source, restorer, recorder } = world;
  const replay = new EventReplay({ source, restorer, recorder }, FIELDS);
  await topic.read(async (records) => replay.note(records));
  for (const pass of ['replayOwn', 'replayForeign'] as const) {
    await topic.read(async (records) => {
      const { refused } = await replay[pass](records);
      expect(refused).toEqual([]);
    });
  }
  await world.settle(async () => {});
}

describe('a lossless ledger', () => {
  it('gives back every memory, equal in every column, from the ledger alone', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryHistory(), async (history) => {
        await live(history, new RecordedTopic());
        const before = await world.memories();
        await world.wipe('memories');
        await replayLedger();
        expect(await world.memories()).toEqual(before);
        expect(await world.waiting()).toBe(0);
      }),
      { numRuns: 25 },
    );
  });

  it('gives back memories and ledger from the events of the bus alone, whoever made them', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryHistory(), async (history) => {
        const topic = new RecordedTopic();
        await live(history, topic);
        const [memories, ledger] = [await world.memories(), await world.ledger()];
        await world.wipe('memories', 'memory_events', 'outbox');
        await replayTopic(topic);
        expect(await world.memories()).toEqual(memories);
        expect(await world.ledger()).toEqual(ledger);
        expect(await world.waiting()).toBe(0);
      }),
      { numRuns: 25 },
    );
  });

  it('gives back what came after a backup, and keeps the rest as it is', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryHistory(), arbitraryHistory(), async (first, second) => {
        const topic = new RecordedTopic();
        await live(first, topic);
        await world.backUp();
        await liveOn(second, topic);
        const [memories, ledger] = [await world.memories(), await world.ledger()];
        await world.restoreBackup();
        await replayTopic(topic);
        expect(await world.memories()).toEqual(memories);
        expect(await world.ledger()).toEqual(ledger);
      }),
      { numRuns: 15 },
    );
  });

  it('gives back what was acknowledged, also when events of others came before it and nobody had processed them', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryHistory(), async (history) => {
        const topic = new RecordedTopic();
        await world.clear();
        for (const step of history) await world.take(step, (records) => topic.publish(records));
        await world.crash((records) => topic.publish(records));
        const [memories, ledger] = [await world.memories(), await world.ledger()];
        await world.wipe('memories', 'memory_events', 'outbox');
        await replayTopic(topic);
        const late = goneOnLate(history);
        const settled = (rows: readonly object[]) => rows.filter((row) => !late.has(placeOf(row)));
        expect(settled(await world.memories())).toEqual(settled(memories));
        expect(await world.ledger()).toEqual(expect.arrayContaining(ledger));
      }),
      { numRuns: 25 },
    );
  });

  it('changes nothing when it is replayed once more', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryHistory(), async (history) => {
        const topic = new RecordedTopic();
        await live(history, topic);
        const [memories, ledger] = [await world.memories(), await world.ledger()];
        await replayLedger();
        await replayTopic(topic);
        expect(await world.memories()).toEqual(memories);
        expect(await world.ledger()).toEqual(ledger);
      }),
      { numRuns: 5 },
    );
  });
});

const describeKafka = await describeWith(['kafka']);

describeKafka('a lossless ledger and real brokers', () => {
  let server: KafkaProcess;
  beforeAll(async () => {
    server = await startKafka();
  });
  afterAll(() => server.stop());

  it('gives back memories and ledger, equal in every column, from the topic alone', async () => {
    const kafka = createKafkaClient({ brokers: server.brokers, clientId: 'lossless' }, LOG);
    await fc.assert(
      fc.asyncProperty(arbitraryHistory({ minLength: 40 }), async (history) => {
        const name = `events-${randomUUID()}`;
        const bus = new KafkaEventBus(kafka, LOG, { topic: name });
        const reader = new EventTopic(kafka, { topic: name, rules: RULES, groupPrefix: 'lossless' });
        const topic: Topic = {
          publish: async (records) => {
            if (records.length === 0) return;
            const { published } = await bus.publish(records);
            expect(published).toHaveLength(new Set(records.map(({ event }) => event.event_id)).size);
          },
          read: (visit) => reader.read((records) => visit(records)),
        };
        try {
          await live(history, topic);
          const [memories, ledger] = [await world.memories(), await world.ledger()];
          await world.wipe('memories', 'memory_events', 'outbox');
          await replayTopic(topic);
          expect(await world.memories()).toEqual(memories);
          expect(await world.ledger()).toEqual(ledger);
        } finally {
          await bus.disconnect();
        }
      }),
      { numRuns: 3 },
    );
  });
});
