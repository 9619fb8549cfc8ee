import { InvalidCoordinateError } from '../../model/errors.js';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { ForeignDelete, ForeignWrite } from '../../indexing/events/event-ledger.port.js';
import {
  aDeletion,
  aForeignDelete,
  aForeignWrite,
  aWrite,
  drainAll,
  freshNamespace,
  type LedgerAccess,
  type LedgerRow,
  type TruthHarness,
} from '../truth-builders.js';
import type { Namespace } from '../../model/namespace.js';

const RACERS = 4;
const ODD_IDS = [
  ...['no uuid', '', '42', 'ünïcödé 🦉', "'; DROP TABLE memories", 'x'.repeat(5_000), 'a\u0000b', '{}'],
  // Halves of surrogate pairs: JSON can carry them, UTF-8 cannot.
  ...['half \ud83e', 'half \ud83f'],
];

/** What every EventLedger adapter must do. Call it inside a spec file; nobody else may drain the outbox meanwhile. */
export function describeEventLedgerContract(adapter: string, truth: TruthHarness, access: () => LedgerAccess): void {
  let namespace: Namespace;
  beforeEach(() => {
    namespace = freshNamespace();
  });
  const record = (...events: (ForeignWrite | ForeignDelete)[]) => truth().ledger.record(events);
  const rows = () => access().rows(namespace);
  const steps = async () => (await rows()).map(({ key, version, type }) => `${key}@${version} ${type}`);
  const live = async (...keys: string[]) =>
    (await truth().reader.findByKeys(namespace, keys, new Date()))
      .map(({ key, version, payload }) => ({ key, version, payload }))
      .sort((one, other) => Number(one.key) - Number(other.key));

  describe(`${adapter} as an event ledger`, () => {
    it('writes memories as a store does: same memory, same ledger row but for identity and time', async () => {
      const twin = freshNamespace();
      const details = {
        coordinate: [1.5, -2],
        type: 'episodic' as const,
        payload: { text: 'said elsewhere', mood: 'calm' },
        importance: 3,
        importanceNorm: 0.25,
        session: 's1',
      };
      const event = aForeignWrite(namespace, details);
      await record(
        event,
        aForeignWrite(namespace, { ...details, payload: { text: 'again' } }),
        aForeignDelete(namespace, '1.5,-2'),
      );
      await truth().writer.write([aWrite(twin, details), aWrite(twin, { ...details, payload: { text: 'again' } })]);
      await truth().writer.delete([aDeletion(twin, '1.5,-2')]);
      const withoutOrigin = (row: LedgerRow) => {
        const { timestamp: _timestamp, ...payload } = row.payload;
        return { ...row, id: '', eventId: '', timestamp: 0, payload };
      };
      const foreign = await rows();
      expect(foreign.map(withoutOrigin)).toEqual((await access().rows(twin)).map(withoutOrigin));
      expect(foreign[0]).toMatchObject({ id: event.id, eventId: event.eventId, type: 'created' });
      expect(foreign[0]?.timestamp).toBeCloseTo(event.occurredAt.getTime() / 1000, 2);
      const [row, own] = await Promise.all(
        [namespace, twin].map(async (of) => (await truth().projection.rows([{ namespace: of, key: '1.5,-2' }]))[0]),
      );
      expect({ ...row, namespace: '' }).toEqual({ ...own, namespace: '' });
    });

    it('makes the memory as a store would have made it', async () => {
      const twin = freshNamespace();
      const details = {
        payload: { text: 'one' },
        importance: 2,
        importanceNorm: 0.5,
        expiresAt: new Date(Date.now() + 60_000),
      };
      await record(aForeignWrite(namespace, details));
      await truth().writer.write([aWrite(twin, details)]);
      const [made] = await truth().reader.findByKeys(namespace, ['1,2'], new Date());
      const [own] = await truth().reader.findByKeys(twin, ['1,2'], new Date());
      const comparable = (memory: typeof made) => ({ ...memory, id: 0, namespace: '', createdAt: 0, updatedAt: 0 });
      expect(comparable(made)).toEqual(comparable(own));
    });

    it('refuses a coordinate whose text is too long, in a write and in a deletion, as it would in a store', async () => {
      const coordinate = Array.from({ length: 150 }, () => 1.234567890123456e-300);
      const write = aForeignWrite(namespace, { coordinate });
      for (const event of [write, aForeignDelete(namespace, write.key)]) {
        const refusal = await record(aForeignWrite(namespace, { coordinate: [1] }), event).catch((error) => error);
        expect(refusal).toBeInstanceOf(InvalidCoordinateError);
      }
      expect(await rows()).toEqual([]);
    });

    it('announces what became of each event under its id, and leaves the memory to be indexed', async () => {
      await drainAll(truth().outbox);
      const events = [
        aForeignWrite(namespace, { payload: { text: 'theirs', coordinate: 'own' } }),
        aForeignDelete(namespace, '1,2'),
        aForeignDelete(namespace, '404'),
      ];
      await record(...events);
      const announced = await drainAll(truth().outbox);
      expect(announced).toMatchObject([
        {
          event: { id: events[0]?.id, event_id: events[0]?.eventId, type: 'created', payload: { coordinate: [1, 2] } },
          key: '1,2',
          version: 1,
          details: { announced: true, own: { coordinate: 'own' } },
        },
        { event: { id: events[1]?.id, type: 'deleted' }, key: '1,2', version: 2, details: { announced: true } },
        { event: { id: events[2]?.id, type: 'deleted' }, key: '404', details: { announced: true, memory_id: null } },
      ]);
      expect(announced[2]).not.toHaveProperty('version');
      expect(await truth().pending.versions(namespace)).toEqual([{ key: '1,2', version: 2, deleted: true }]);
    });

    it('changes nothing when called again, alone or among new events, also after the memory moved on', async () => {
      const [one, two] = [aForeignWrite(namespace, { coordinate: [1] }), aForeignDelete(namespace, '1')];
      await record(one, two);
      await record(one, two);
      await truth().writer.write([aWrite(namespace, { coordinate: [1], payload: { text: 'own' } })]);
      await record(two, aForeignWrite(namespace, { coordinate: [2] }), one);
      expect(await steps()).toEqual(['1@1 created', '1@2 deleted', '1@3 created', '2@1 created']);
      expect(await live('1')).toEqual([{ key: '1', version: 3, payload: { text: 'own' } }]);
      await record();
    });

    it('takes an event that stands twice in one call once', async () => {
      const event = aForeignWrite(namespace);
      await record(event, { ...event, id: event.id.toUpperCase() }, event);
      expect(await steps()).toEqual(['1,2@1 created']);
    });

    it('remembers a deletion that found nothing, and does not repeat it on what came later', async () => {
      const deletion = aForeignDelete(namespace, '1,2');
      await record(deletion);
      expect(await truth().ledger.known([deletion.id])).toEqual(new Set([deletion.id]));
      expect(await rows()).toMatchObject([{ id: deletion.id, type: 'deleted', key: '1,2' }]);
      await truth().writer.write([aWrite(namespace)]);
      await record(deletion);
      expect(await live('1,2')).toMatchObject([{ key: '1,2', version: 1 }]);
      const again = aForeignDelete(namespace, '1,2');
      await record(again, aForeignDelete(namespace, '1,2'));
      expect(await live('1,2')).toEqual([]);
      expect(await truth().pending.versions(namespace)).toEqual([{ key: '1,2', version: 2, deleted: true }]);
      expect(await rows()).toHaveLength(4);
    });

    it('applies events in order, writes and deletions mixed', async () => {
      const at = (x: number, text: string) => aForeignWrite(namespace, { coordinate: [x], payload: { text } });
      const gone = (x: number) => aForeignDelete(namespace, String(x));
      await record(at(1, 'a'), at(1, 'b'), gone(1), at(2, 'c'), gone(2), gone(1), at(1, 'd'), at(3, 'e'), at(1, 'f'));
      expect(await live('1', '2', '3')).toEqual([
        { key: '1', version: 5, payload: { text: 'f' } },
        { key: '3', version: 1, payload: { text: 'e' } },
      ]);
      expect(
        (await rows())
          .filter(({ version }) => version !== null)
          .map(({ key, version, type }) => `${key}@${version} ${type}`),
      ).toEqual([
        '1@1 created',
        '1@2 updated',
        '1@3 deleted',
        '2@1 created',
        '2@2 deleted',
        '1@4 created',
        '3@1 created',
        '1@5 updated',
      ]);
    });

    it('goes on from own writes and is gone on from by them', async () => {
      await truth().writer.write([aWrite(namespace)]);
      await record(aForeignWrite(namespace, { payload: { text: 'theirs' } }));
      await truth().writer.write([aWrite(namespace, { payload: { text: 'ours' } })]);
      expect(await steps()).toEqual(['1,2@1 created', '1,2@2 updated', '1,2@3 updated']);
      expect(await live('1,2')).toEqual([{ key: '1,2', version: 3, payload: { text: 'ours' } }]);
    });

    it('knows ids of any kind, ours and theirs', async () => {
      const own = aWrite(namespace, { coordinate: [1_000] });
      await truth().writer.write([own]);
      const ids = ODD_IDS.map((id) => `${id}${namespace}`);
      expect(await truth().ledger.known([...ids, own.eventId, randomUUID()])).toEqual(new Set([own.eventId]));
      const events = ids.map((id, x) => ({
        ...aForeignWrite(namespace, { coordinate: [x], id }),
        eventId: `event ${id}`,
      }));
      await record(...events);
      await record(...[...events].reverse());
      expect(await truth().ledger.known([...ids, 'another', own.eventId.toUpperCase()])).toEqual(
        new Set([...ids, own.eventId.toUpperCase()]),
      );
      expect(await rows()).toHaveLength(ids.length + 1);
      expect(await truth().ledger.known([])).toEqual(new Set());
    });

    it('records all of a call or nothing', async () => {
      const good = aForeignWrite(namespace, { coordinate: [1] });
      const bad = { ...aForeignWrite(namespace, { coordinate: [2] }), payloadJson: 'no JSON' };
      await expect(record(good, aForeignDelete(namespace, '1'), bad)).rejects.toThrow();
      expect(await rows()).toEqual([]);
      expect(await truth().ledger.known([good.id])).toEqual(new Set());
    });

    it('records each event once when several processes race, in whatever batches', async () => {
      const events = Array.from({ length: 60 }, (_, n) =>
        n % 7 === 6
          ? aForeignDelete(namespace, String(n % 10))
          : aForeignWrite(namespace, { coordinate: [n % 10], payload: { text: `n${n}` } }),
      );
      const racer = async (size: number) => {
        for (let start = 0; start < events.length; start += size) await record(...events.slice(start, start + size));
      };
      await Promise.all(Array.from({ length: RACERS }, (_, n) => racer(5 + 7 * n)));
      const recorded = await rows();
      expect(new Set(recorded.map(({ id }) => id))).toEqual(new Set(events.map(({ id }) => id)));
      expect(recorded).toHaveLength(events.length);
      for (let x = 0; x < 10; x += 1) {
        const expected = events.filter(({ key }) => key === String(x)).map(({ id }) => id);
        expect(recorded.filter(({ key }) => key === String(x)).map(({ id }) => id)).toEqual(expected);
      }
    });

    it('is told to listeners, so that indexes of other processes follow', async () => {
      let wakes = 0;
      const stop = await truth().outbox.listen(() => (wakes += 1));
      const before = wakes;
      await record(aForeignWrite(namespace));
      const deadline = Date.now() + 60_000;
      while (wakes === before) {
        expect(Date.now()).toBeLessThan(deadline);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await stop();
    });
  });
}
