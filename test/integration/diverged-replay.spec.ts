import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { coordinateKey, EventReplay, LedgerReplay, toNamespace, type EventRecord, type JsonObject } from '@sfm/memory';
import { FIELDS, LedgerWorld } from './ledger-world.js';

const NAMESPACE = toNamespace('histories:a');

let world: LedgerWorld;
let topic: EventRecord[];
beforeAll(async () => {
  world = await LedgerWorld.open();
});
afterAll(() => world.close());
beforeEach(async () => {
  topic = [];
  await world.clear();
});

const publish = async (records: readonly EventRecord[]) => void topic.push(...records);
const store = async (coordinate: readonly number[], payload: JsonObject) => {
  await world.take(
    { kind: 'store', namespace: NAMESPACE, memories: [{ coordinate, payload, type: 'semantic' }] },
    publish,
  );
  await world.take({ kind: 'publish' }, publish);
};
const disaster = () => world.wipe('memories', 'memory_events', 'outbox');
const memories = () =>
  world.sql<{ key: string; version: number; id: string; text: string }>(
    `SELECT coordinate_key AS key, version, id, payload ->> 'text' AS text FROM memories ORDER BY coordinate_key`,
  );
const ledger = async () =>
  (
    await world.sql<{ step: string }>(
      `SELECT coordinate_key || '@' || version || ' ' || coalesce(payload ->> 'text', '') AS step
        FROM memory_events ORDER BY coordinate_key, version`,
    )
  ).map(({ step }) => step);

async function replay(records: readonly EventRecord[] = topic) {
  const { source, restorer, recorder } = world;
  const events = new EventReplay({ source, restorer, recorder }, FIELDS);
  events.note(records);
  const own = await events.replayOwn(records);
  const foreign = await events.replayForeign(records);
  return { own, foreign };
}

function foreign(coordinate: readonly number[], text: string, type = 'created'): EventRecord {
  const id = randomUUID();
  const payload = { text, coordinate: [...coordinate], memory_type: 'semantic' };
  const event = { event_id: id, id, namespace: NAMESPACE, type, timestamp: new Date().toISOString(), payload };
  return { event, key: coordinateKey(coordinate) };
}

describe('a replay beside events of others that nobody had processed', () => {
  it.each(['created', 'deleted'])('keeps an acknowledged write that came after one (%s) on the topic', async (type) => {
    await store([1], { text: 'first' });
    topic.unshift(foreign([1], 'theirs', type));
    await store([1], { text: 'acknowledged' });
    await disaster();
    await replay();
    expect((await ledger()).slice(0, 2)).toEqual(['1@1 first', '1@2 acknowledged']);
  });

  it('keeps the ids of memories when one of another coordinate comes first', async () => {
    topic.push(foreign([2], 'theirs'));
    await store([1], { text: 'acknowledged' });
    const [before] = await memories();
    await disaster();
    await replay();
    expect((await memories()).find(({ key }) => key === '1')).toEqual(before);
    await store([3], { text: 'next' });
    expect(new Set((await memories()).map(({ id }) => id)).size).toBe(3);
  });
});

describe('a replay onto a database that went on after its restore', () => {
  it('leaves coordinates alone that were written meanwhile, and says so', async () => {
    await store([1], { text: 'base' });
    await store([2], { text: 'base' });
    await world.backUp();
    for (const text of ['lost 2', 'lost 3']) await store([1], { text });
    await store([2], { text: 'lost 2' });
    await world.restoreBackup();
    const old = [...topic];
    await store([1], { text: 'meanwhile 2' });
    const { own } = await replay(old);
    expect(own).toMatchObject({ diverged: 2, replayed: 1 });
    expect(await ledger()).toEqual(['1@1 base', '1@2 meanwhile 2', '2@1 base', '2@2 lost 2']);
    expect(await memories()).toMatchObject([
      { key: '1', version: 2, text: 'meanwhile 2' },
      { key: '2', version: 2, text: 'lost 2' },
    ]);
  });

  it('gives creation ids that were given twice to one memory each, also from the ledger', async () => {
    await store([9], { text: 'base' });
    await world.backUp();
    await store([1], { text: 'old history' });
    await world.restoreBackup();
    const old = [...topic];
    await store([2], { text: 'new history' });
    await replay(old);
    expect(new Set((await memories()).map(({ id }) => id)).size).toBe(3);
    await world.wipe('memories');
    await new LedgerReplay(world.ledgerReader, world.restorer, FIELDS).replay({
      onRestored: async () => {},
      onUnreadable: ({ reason }) => {
        throw new Error(reason);
      },
    });
    expect(new Set((await memories()).map(({ id }) => id)).size).toBe(3);
  });
});

describe('a replay of events that were tampered with', () => {
  it('refuses those that cannot be kept, and replays their neighbours', async () => {
    for (const x of [1, 2, 3]) await store([x], { text: `memory ${x}` });
    const bent = topic.map((record, index) => {
      if (index !== 1) return record;
      return { ...record, event: { ...record.event, payload: { text: 'no\u0000thing', coordinate: [2] } } };
    });
    await disaster();
    const { own } = await replay(bent);
    expect(own.refused).toHaveLength(1);
    expect((await memories()).map(({ key }) => key)).toEqual(['1', '3']);
  });
});
