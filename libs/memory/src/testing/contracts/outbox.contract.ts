import { beforeEach, describe, expect, it } from '@jest/globals';
import type { PublishOutcome } from '../../indexing/relay/outbox.port.js';
import type { EventRecord } from '../../event-model/memory-event.js';
import { aDeletion, aWrite, drainAll, freshNamespace, type TruthHarness } from '../truth-builders.js';
import type { Namespace } from '../../model/namespace.js';

/** Relays that share the outbox in the concurrency test, and what they move. */
const RELAYS = 8;
const EVENTS = 500;
const COORDINATES = 40;
const DEADLINE_MS = 60_000;
/** How often a pause is looked for: a machine that was busy for longer than it lasts finds nothing. */
const ATTEMPTS = 20;

const all = (records: readonly EventRecord[]): PublishOutcome => ({
  published: records.map(({ event }) => event.event_id),
});
const versionsOf = (records: readonly EventRecord[]) => records.map(({ key, version }) => `${key}@${version}`);

async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited ${DEADLINE_MS} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** What every Outbox adapter must do. Call it inside a spec file; nobody else may drain the outbox meanwhile. */
export function describeOutboxContract(adapter: string, truth: TruthHarness): void {
  const write = (namespace: Namespace, ...xs: number[]) =>
    truth().writer.write(xs.map((x) => aWrite(namespace, { coordinate: [x] })));
  /** Drains once and returns what was handed out. */
  const drainOnce = async (limit: number, answer: (records: readonly EventRecord[]) => PublishOutcome = all) => {
    let handedOut: readonly EventRecord[] = [];
    await truth().outbox.drain(limit, async (records) => {
      handedOut = records;
      return answer(records);
    });
    return handedOut;
  };

  describe(`${adapter} as an outbox`, () => {
    let namespace: Namespace;

    beforeEach(async () => {
      namespace = freshNamespace();
      await drainAll(truth().outbox);
    });

    it('hands out committed events oldest first, deletions too, and forgets what was published', async () => {
      await write(namespace, 3, 1);
      await truth().writer.delete([aDeletion(namespace, '3')]);
      await write(namespace, 3);
      expect(versionsOf(await drainOnce(3))).toEqual(['3@1', '1@1', '3@2']);
      const [last, ...more] = await drainOnce(3);
      expect(last).toMatchObject({ key: '3', version: 3, event: { namespace, type: 'created' } });
      expect(more).toEqual([]);
      expect(await truth().outbox.drain(3, () => Promise.reject(new Error('nothing to publish')))).toBe(0);
    });

    it('hands out with each event the trace context of its write, in the order of the writes', async () => {
      const traceparent = (id: number) => `00-0af7651916cd43dd8448eb211c80319${id}-b7ad6b7169203331-01`;
      await truth().writer.write([
        aWrite(namespace, { coordinate: [5], traceparent: traceparent(1) }),
        aWrite(namespace, { coordinate: [4] }),
        aWrite(namespace, { coordinate: [5], traceparent: traceparent(2) }),
        aWrite(namespace, { coordinate: [3], traceparent: traceparent(1) }),
      ]);
      const handedOut = await drainOnce(10);
      expect(versionsOf(handedOut)).toEqual(['5@1', '4@1', '5@2', '3@1']);
      expect(handedOut.map((record) => record.traceparent)).toEqual([
        traceparent(1),
        undefined,
        traceparent(2),
        traceparent(1),
      ]);
      expect(handedOut[1]).not.toHaveProperty('traceparent');
    });

    it('resolves with the number published', async () => {
      await write(namespace, 1, 2, 3);
      expect(await truth().outbox.drain(2, async (records) => all(records))).toBe(2);
      expect(await truth().outbox.drain(2, async (records) => all(records))).toBe(1);
    });

    it('hands the whole batch out again when publishing throws', async () => {
      await write(namespace, 1, 2);
      await expect(truth().outbox.drain(10, () => Promise.reject(new Error('the bus is away')))).rejects.toThrow(
        'the bus is away',
      );
      expect(versionsOf(await drainOnce(10))).toEqual(['1@1', '2@1']);
    });

    /** Whether `look` at a namespace of its own came in time, of several; what it asserts must hold each time. */
    const everInTime = async (look: (own: Namespace) => Promise<boolean>) => {
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) if (await look(freshNamespace())) return true;
      return false;
    };

    it('puts back what was not published, after a pause, and nothing of its coordinate overtakes it', async () => {
      const pauses = await everInTime(async (own) => {
        await write(own, 1, 2, 1);
        expect(versionsOf(await drainOnce(1, () => ({ published: [] })))).toEqual(['1@1']);
        const seen: string[] = [];
        await until(async () => {
          seen.push(...versionsOf(await drainOnce(10)));
          return seen.length === 3;
        }, 'the event that was put back');
        expect(seen.indexOf('1@1')).toBeLessThan(seen.indexOf('1@2'));
        return seen[0] === '2@1';
      });
      expect(pauses).toBe(true);
    });

    it('reaches other coordinates behind many events of one that pauses', async () => {
      const reaches = await everInTime(async (own) => {
        await write(own, 1, 1, 1, 1, 1, 1, 2);
        await drainOnce(1, () => ({ published: [] }));
        const reached = versionsOf(await drainOnce(2));
        await until(async () => {
          await drainOnce(10);
          return (await truth().outbox.depth()).waiting === 0;
        }, 'the rest');
        return reached.join() === '2@1';
      });
      expect(reaches).toBe(true);
    });

    it('dead-letters poisoned events with what can be counted, and goes on behind them', async () => {
      const deadLettersBefore = (await truth().outbox.depth()).deadLetters;
      await write(namespace, 1, 1);
      await drainOnce(1, ([record]) => ({
        published: [],
        poisoned: record ? [{ eventId: record.event.event_id, reason: 'bad' }] : [],
      }));
      expect(await truth().outbox.depth()).toMatchObject({ waiting: 1, deadLetters: deadLettersBefore + 1 });
      expect(versionsOf(await drainOnce(10))).toEqual(['1@2']);
      expect(await drainOnce(10)).toEqual([]);
    });

    it('shows what is dead-lettered, newest last, with its reason, and hands it out again when it is sent back', async () => {
      await truth().outbox.redrive('all');
      await drainAll(truth().outbox);
      await write(namespace, 1, 2, 3);
      await drainOnce(10, (records) => ({
        published: [],
        poisoned: records.map(({ event, key }) => ({ eventId: event.event_id, reason: `bad ${key}` })),
      }));
      const deadLetters = await truth().outbox.deadLetters(10);
      expect(deadLetters.map(({ record, reason }) => [record.key, reason])).toEqual([
        ['1', 'bad 1'],
        ['2', 'bad 2'],
        ['3', 'bad 3'],
      ]);
      expect(deadLetters[0]).toMatchObject({
        attempts: 1,
        record: { version: 1, event: { namespace, type: 'created' } },
      });
      expect(Math.abs(Date.now() - (deadLetters[0]?.deadLetteredAt.getTime() ?? 0))).toBeLessThan(60_000);
      expect((await truth().outbox.deadLetters(1)).map(({ record }) => record.key)).toEqual(['3']);
      const id = deadLetters[1]?.record.event.event_id ?? '';
      let woken = false;
      const stop = await truth().outbox.listen(() => (woken = true));
      woken = false;
      expect(await truth().outbox.redrive([id, 'no such event'])).toEqual([id]);
      await until(() => woken, 'the relays to be woken');
      await stop();
      expect(await truth().outbox.redrive([id])).toEqual([]);
      expect(versionsOf(await drainOnce(10))).toEqual(['2@1']);
      expect(await truth().outbox.redrive('all')).toHaveLength(2);
      expect(versionsOf(await drainOnce(10))).toEqual(['1@1', '3@1']);
      expect(await truth().outbox.deadLetters(10)).toEqual([]);
    });

    it('keeps the order of a coordinate when a dead-lettered event is sent back before a newer one was published', async () => {
      await write(namespace, 1);
      await drainOnce(1, (records) => ({
        published: [],
        poisoned: records.map(({ event }) => ({ eventId: event.event_id, reason: 'bad' })),
      }));
      await write(namespace, 1, 2);
      expect(await truth().outbox.redrive('all')).toHaveLength(1);
      expect(versionsOf(await drainOnce(10))).toEqual(['1@1', '1@2', '2@1']);
    });

    it('counts the attempts of an event that is dead-lettered again from one', async () => {
      await write(namespace, 1);
      const deadLetter = (reason: string) =>
        drainOnce(1, (records) => ({
          published: [],
          poisoned: records.map(({ event }) => ({ eventId: event.event_id, reason })),
        }));
      await deadLetter('first');
      await truth().outbox.redrive('all');
      await deadLetter('second');
      expect(await truth().outbox.deadLetters(10)).toMatchObject([{ reason: 'second', attempts: 1 }]);
      await truth().outbox.redrive('all');
    });

    it('sends each dead-lettered event back once when two people do it at once', async () => {
      await write(namespace, ...Array.from({ length: 20 }, (_, x) => x));
      await drainOnce(100, (records) => ({
        published: [],
        poisoned: records.map(({ event }) => ({ eventId: event.event_id, reason: 'bad' })),
      }));
      const ids = (await truth().outbox.deadLetters(100)).map(({ record }) => record.event.event_id);
      const [one, other] = await Promise.all([
        truth().outbox.redrive('all'),
        truth().outbox.redrive([...ids].reverse()),
      ]);
      expect([...one, ...other].sort()).toEqual([...ids].sort());
      expect(await truth().outbox.depth()).toMatchObject({ waiting: 20, deadLetters: 0 });
    });

    it('gives dead-lettered events up, those that are named or all, a portion at a time, and no others', async () => {
      await write(namespace, 1, 2, 3, 4);
      await drainOnce(10, (records) => ({
        published: [],
        poisoned: records.map(({ event }) => ({ eventId: event.event_id, reason: 'bad' })),
      }));
      await write(namespace, 5, 1);
      const [first, second, third, fourth] = (await truth().outbox.deadLetters(10)).map(
        ({ record }) => record.event.event_id,
      );
      expect(await truth().outbox.dismiss([second ?? '', 'no such event'])).toEqual([second]);
      expect(await truth().outbox.dismiss([second ?? ''])).toEqual([]);
      expect(await truth().outbox.redrive('all', 1)).toEqual([first]);
      expect(await truth().outbox.dismiss('all', 1)).toEqual([third]);
      expect(await truth().outbox.dismiss('all')).toEqual([fourth]);
      expect(await truth().outbox.depth()).toMatchObject({ waiting: 3, deadLetters: 0 });
      expect(versionsOf(await drainOnce(10))).toEqual(['1@1', '5@1', '1@2']);
    });

    it('tells how much waits and for how long', async () => {
      expect(await truth().outbox.depth()).toMatchObject({ waiting: 0, oldestAgeSeconds: 0 });
      await write(namespace, 1, 2);
      await until(async () => (await truth().outbox.depth()).oldestAgeSeconds > 0.005, 'the oldest event to age');
      const { waiting, oldestAgeSeconds } = await truth().outbox.depth();
      expect(waiting).toBe(2);
      expect(oldestAgeSeconds).toBeLessThan(60);
    });

    it('tells whether more than so many wait, dead-lettered ones aside', async () => {
      await write(namespace, 1);
      await drainOnce(10, (records) => ({
        published: [],
        poisoned: records.map(({ event }) => ({ eventId: event.event_id, reason: 'bad' })),
      }));
      expect(await truth().outbox.holdsMoreThan(0)).toBe(false);
      await write(namespace, 2, 3);
      expect(await truth().outbox.holdsMoreThan(1)).toBe(true);
      expect(await truth().outbox.holdsMoreThan(2)).toBe(false);
    });

    it('never hands an event to two relays at once, nor a newer one of a coordinate while an older is held', async () => {
      await write(namespace, 1, 2, 1, 2);
      const outcome = await new Promise<readonly EventRecord[]>((resolve, reject) => {
        void truth()
          .outbox.drain(1, async (held) => {
            expect(versionsOf(held)).toEqual(['1@1']);
            resolve(await drainOnce(10));
            return all(held);
          })
          .catch(reject);
      });
      expect(versionsOf(outcome)).toEqual(['2@1', '2@2']);
      await until(
        async () => (await truth().outbox.depth()).waiting === 0 || (await drainOnce(10)).length > 0,
        'the rest',
      );
    });

    it(`lets ${RELAYS} relays move ${EVENTS} events, each exactly once and in order per coordinate`, async () => {
      for (let start = 0; start < EVENTS; start += 50) {
        await write(namespace, ...Array.from({ length: 50 }, (_, index) => (start + index * 7) % COORDINATES));
      }
      const published: EventRecord[] = [];
      const relay = async () => {
        while ((await truth().outbox.depth()).waiting > 0) {
          await truth().outbox.drain(16, async (records) => {
            await new Promise((resolve) => setImmediate(resolve));
            published.push(...records);
            return all(records);
          });
        }
      };
      await Promise.all(Array.from({ length: RELAYS }, relay));
      expect(published).toHaveLength(EVENTS);
      expect(new Set(published.map(({ event }) => event.event_id)).size).toBe(EVENTS);
      for (let x = 0; x < COORDINATES; x++) {
        const versions = published.filter(({ key }) => key === String(x)).map(({ version }) => version);
        expect(versions).toEqual(versions.map((_, index) => index + 1));
      }
    });

    it('wakes its listeners when events were committed, until they stop listening', async () => {
      let wakes = 0;
      const stop = await truth().outbox.listen(() => (wakes += 1));
      const before = wakes;
      await write(namespace, 1);
      await until(() => wakes > before, 'being woken by a write');
      const written = wakes;
      await truth().writer.delete([aDeletion(namespace, '1')]);
      await until(() => wakes > written, 'being woken by a deletion');
      await stop();
      const stopped = wakes;
      let others = 0;
      const stopOther = await truth().outbox.listen(() => (others += 1));
      const otherBefore = others;
      await write(namespace, 2);
      await until(() => others > otherBefore, 'the other listener');
      expect(wakes).toBe(stopped);
      await stopOther();
    });
  });
}
