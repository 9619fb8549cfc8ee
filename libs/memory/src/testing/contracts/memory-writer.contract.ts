import { describe, expect, it } from '@jest/globals';
import { RecentWrites } from '../../indexing/following/recent-writes.js';
import { VersionConflictError } from '../../model/errors.js';
import { canonicalJson } from '../../model/content-hash.js';
import type { JsonObject } from '../../model/json.js';
import { parseJson } from '../../model/parse-json.js';
import type { MemoryEvent } from '../../event-model/memory-event.js';
import { seededRandom } from '../seeded-random.js';
import {
  aDeletion,
  aWrite,
  drainAll,
  freshNamespace,
  type TruthHarness,
  type WriteDetails,
} from '../truth-builders.js';
import { WRITTEN_PAYLOAD } from '../written-numbers.js';
import type { Namespace } from '../../model/namespace.js';

/** Where a write stands, whatever the numbers are. */
const position = { seq: expect.any(Number), eventId: expect.any(String) };

/** A receipt with whatever id and time: what these are is checked in a case of its own. */
const receipt = (key: string, version: number, created: boolean) => ({
  key,
  version,
  created,
  id: expect.any(Number),
  createdAtMs: expect.any(Number),
  position,
});

const anywhere = (term: string) => ({ term, exact: false, caseSensitive: false, limit: 5 });

/** What every MemoryWriter adapter must do. Call it inside a spec file. */
export function describeMemoryWriterContract(adapter: string, truth: TruthHarness): void {
  const now = () => new Date();
  const find = async (namespace: Namespace, key: string) =>
    (await truth().reader.findByKeys(namespace, [key], now()))[0];
  const eventsOf = async (namespace: Namespace): Promise<MemoryEvent[]> =>
    (await drainAll(truth().outbox)).map(({ event }) => event).filter((event) => event.namespace === namespace);

  describe(`${adapter} as a memory writer: writing`, () => {
    it('keeps everything about a memory exactly', async () => {
      const namespace = freshNamespace();
      const payload = {
        text: 'Grüße \u{1F600} "quoted" \\ back\nslash',
        nested: { list: [1, -2.5, 1e-7, 1e300, null, true, {}], '': 'empty key' },
        coordinate: 'the caller’s own',
      };
      const command = aWrite(namespace, {
        coordinate: [0.1, -5e-324, 1.7976931348623157e308],
        type: 'episodic',
        payload,
        importance: -12.75,
        importanceNorm: 0.123456789,
        expiresAt: new Date(Date.UTC(2099, 0, 1, 2, 3, 4, 567)),
      });
      const before = Date.now() - 1_000;
      expect(await truth().writer.write([command])).toEqual([receipt(command.key, 1, true)]);
      const memory = await find(namespace, command.key);
      expect(memory).toMatchObject({
        namespace,
        key: '0.1,-5e-324,1.7976931348623157e+308',
        coordinate: command.coordinate,
        type: 'episodic',
        payload,
        importance: -12.75,
        importanceNorm: 0.123456789,
        version: 1,
        contentHash: command.contentHash,
        expiresAt: command.expiresAt,
        lastAccessedAt: null,
        accessCount: 0,
      });
      expect(memory?.createdAt).toEqual(memory?.updatedAt);
      expect(memory?.createdAt.getTime()).toBeGreaterThan(before);
    });

    it('gives every number back as it was written, on every way', async () => {
      const namespace = freshNamespace();
      const exact = canonicalJson(WRITTEN_PAYLOAD);
      await truth().writer.write([aWrite(namespace, { payload: WRITTEN_PAYLOAD })]);
      const at = { namespace, key: '1,2' };
      const ways = async () => [
        (await find(namespace, '1,2'))?.payload,
        (await truth().catalog.list(namespace, { limit: 1 }, now())).memories[0]?.payload,
        (await truth().keywords.search(namespace, anywhere('as written'), now())).memories[0]?.payload,
        (await truth().pending.load(namespace, ['1,2']))[0]?.memory.payload,
        (await truth().projection.rows([at]))[0]?.memory?.payload,
        (await truth().projection.searchedRows([at]))[0]?.content?.payload,
      ];
      for (const payload of await ways()) expect(canonicalJson(payload ?? null)).toBe(exact);
      const [event] = await eventsOf(namespace);
      const {
        coordinate: _coordinate,
        memory_type: _type,
        importance_norm: _norm,
        ...sent
      } = event?.payload as JsonObject;
      expect(canonicalJson(sent)).toBe(exact);
      const outlined = aWrite(namespace, { coordinate: [3], payload: parseJson('{"a":1.0}') as JsonObject });
      await truth().writer.write([outlined]);
      expect(await truth().reader.findOutlines(namespace, ['3'], now())).toMatchObject([{ payload: outlined.payload }]);
    });

    it('gives back what replaced numbers as they were written, and wipes them with their memory', async () => {
      const namespace = freshNamespace();
      const numbers = parseJson('{"text":"n","n":[1.0,1e400]}') as JsonObject;
      const plain = { text: 'n', n: [1, 2] };
      for (const payload of [numbers, plain, numbers, numbers]) {
        await truth().writer.write([aWrite(namespace, { payload })]);
        expect(canonicalJson((await find(namespace, '1,2'))?.payload ?? null)).toBe(canonicalJson(payload));
      }
      const twice = [plain, numbers].map((payload) => aWrite(namespace, { payload }));
      await truth().writer.write(twice);
      expect((await find(namespace, '1,2'))?.payload).toEqual(numbers);
      await truth().writer.write(twice.toReversed().map(({ payload }) => aWrite(namespace, { payload })));
      expect((await find(namespace, '1,2'))?.payload).toEqual(plain);
      await truth().writer.delete([aDeletion(namespace, '1,2')]);
      await truth().writer.write([aWrite(namespace, { payload: plain })]);
      expect((await find(namespace, '1,2'))?.payload).toEqual(plain);
    });

    it('takes a deletion back: the memory goes on, with its id and the time at which it was created', async () => {
      const namespace = freshNamespace();
      const write = (details: WriteDetails) => truth().writer.write([aWrite(namespace, details)]);
      await write({ payload: { n: 1 } });
      const before = await find(namespace, '1,2');
      await truth().writer.delete([aDeletion(namespace, '1,2')]);
      const receipts = await write({ payload: { n: 3 }, expectedVersion: 0, revives: 2 });
      expect(receipts).toMatchObject([{ version: 3, created: false }]);
      const after = await find(namespace, '1,2');
      expect(after).toMatchObject({ payload: { n: 3 }, version: 3, id: before?.id, createdAt: before?.createdAt });
      const place = { namespace, key: '1,2' };
      expect((await truth().history.page(place, { limit: 9 }, now())).standing).toMatchObject({ createdVersion: 1 });
      expect((await eventsOf(namespace)).map(({ type }) => type)).toEqual(['created', 'deleted', 'updated']);
    });

    it('takes no deletion back that is not the last, and none where something lives', async () => {
      const namespace = freshNamespace();
      const revive = (revives: number) =>
        truth().writer.write([aWrite(namespace, { payload: { n: 9 }, expectedVersion: 0, revives })]);
      await truth().writer.write([aWrite(namespace)]);
      await expect(revive(1)).rejects.toThrow(VersionConflictError);
      await truth().writer.delete([aDeletion(namespace, '1,2')]);
      for (const other of [1, 3]) await expect(revive(other)).rejects.toThrow(VersionConflictError);
      expect(await find(namespace, '1,2')).toBeUndefined();
      await revive(2);
      await expect(revive(2)).rejects.toThrow(VersionConflictError);
      expect((await find(namespace, '1,2'))?.version).toBe(3);
    });

    it('answers nothing for no commands', async () => {
      expect(await truth().writer.write([])).toEqual([]);
      expect(await truth().writer.delete([])).toEqual([]);
    });

    it('replaces what was at the coordinate, keeps its id and creation time, and raises the version by one', async () => {
      const namespace = freshNamespace();
      await truth().writer.write([aWrite(namespace, { payload: { text: 'old', gone: 1 }, importance: 4 })]);
      const old = await find(namespace, '1,2');
      expect(await truth().writer.write([aWrite(namespace, { payload: { text: 'new' }, type: 'episodic' })])).toEqual([
        receipt('1,2', 2, false),
      ]);
      const memory = await find(namespace, '1,2');
      expect(memory).toMatchObject({ payload: { text: 'new' }, type: 'episodic', importance: null, version: 2 });
      expect(memory).toMatchObject({ id: old?.id, createdAt: old?.createdAt });
    });

    it('applies several commands for one coordinate in order, each with its own version', async () => {
      const namespace = freshNamespace();
      const at = (coordinate: readonly number[], text: string) => aWrite(namespace, { coordinate, payload: { text } });
      await truth().writer.write([at([7], 'before')]);
      const receipts = await truth().writer.write([
        at([7], 'a'),
        at([8], 'b'),
        at([7], 'c'),
        at([8], 'd'),
        at([7], 'e'),
      ]);
      expect(receipts).toEqual([
        receipt('7', 2, false),
        receipt('8', 1, true),
        receipt('7', 3, false),
        receipt('8', 2, false),
        receipt('7', 4, false),
      ]);
      expect((await find(namespace, '7'))?.payload).toEqual({ text: 'e' });
      expect((await find(namespace, '8'))?.payload).toEqual({ text: 'd' });
      const texts = (await eventsOf(namespace)).map(({ payload }) => payload);
      expect(texts).toMatchObject([
        { text: 'before' },
        { text: 'a' },
        { text: 'b' },
        { text: 'c' },
        { text: 'd' },
        { text: 'e' },
      ]);
    });

    it('tells in its receipts all that an lexical index would have to read back', async () => {
      const namespace = freshNamespace();
      const payload = {
        text: 'a "quoted" \\ line\nand Gr\u00fc\u00dfe \u{1F600}',
        list: [-0.1, 1e300, null, {}],
        '': 'x',
      };
      const batches = [
        [aWrite(namespace, { payload, session: 'a session', type: 'episodic', importance: 2, importanceNorm: 0.25 })],
        [aWrite(namespace, { payload: { text: '' } }), aWrite(namespace, { coordinate: [3], payload })],
        [aWrite(namespace, { payload: { text: 'x' } }), aWrite(namespace, { payload, session: 'another' })],
      ];
      for (const batch of batches) {
        const recent = new RecentWrites();
        recent.note(batch, await truth().writer.write(batch));
        for (const { key, eventId } of new Map(batch.map((command) => [command.key, command])).values()) {
          expect(await truth().projection.searchedRows([{ namespace, key }])).toEqual([recent.take(eventId)]);
        }
      }
    });

    it('numbers new memories in command order, whatever their keys', async () => {
      const namespace = freshNamespace();
      const order = [5, -3, 12, 0, 100, 7];
      await truth().writer.write([...order, 5].map((x) => aWrite(namespace, { coordinate: [x] })));
      const { memories } = await truth().catalog.list(namespace, { limit: 10 }, now());
      expect(memories.map(({ key }) => Number(key))).toEqual(order);
    });

    it('writes nothing rather than a payload to another coordinate', async () => {
      const namespace = freshNamespace();
      const ofTwoLines = { ...aWrite(namespace, { coordinate: [1] }), payloadJson: '{"text":\n"two lines"}' };
      await expect(truth().writer.write([ofTwoLines, aWrite(namespace, { coordinate: [2] })])).rejects.toThrow(
        'several lines',
      );
      expect(await truth().catalog.counts(namespace, now())).toMatchObject({ total: 0 });
    });

    it('writes all commands or none', async () => {
      const namespace = freshNamespace();
      const broken = { ...aWrite(namespace, { coordinate: [2] }), payloadJson: '{"not json' };
      await expect(truth().writer.write([aWrite(namespace, { coordinate: [1] }), broken])).rejects.toThrow();
      expect(await truth().catalog.counts(namespace, now())).toEqual({ total: 0, episodic: 0, semantic: 0 });
      expect(await eventsOf(namespace)).toEqual([]);
      expect(await truth().writer.write([aWrite(namespace, { coordinate: [1] })])).toMatchObject([{ version: 1 }]);
    });

    it('takes any date of expiry', async () => {
      const namespace = freshNamespace();
      const expiring = (x: number, ms: number) => aWrite(namespace, { coordinate: [x], expiresAt: new Date(ms) });
      await truth().writer.write([expiring(1, 8.64e15), expiring(2, -8.64e15), expiring(3, 0)]);
      const { memories } = await truth().catalog.list(namespace, { limit: 5 }, now());
      expect(memories.map(({ key }) => key)).toEqual(['1']);
    });

    it('keeps namespaces apart', async () => {
      const [one, two] = [freshNamespace(), freshNamespace()];
      await truth().writer.write([
        aWrite(one, { payload: { text: 'one' } }),
        aWrite(two, { payload: { text: 'two' } }),
      ]);
      expect((await find(one, '1,2'))?.payload).toEqual({ text: 'one' });
      expect(await truth().writer.delete([aDeletion(one, '1,2')])).toEqual([
        { namespace: one, key: '1,2', version: 2, position },
      ]);
      expect((await find(two, '1,2'))?.payload).toEqual({ text: 'two' });
    });

    it('takes a batch of a thousand', async () => {
      const namespace = freshNamespace();
      const commands = Array.from({ length: 1000 }, (_, index) => aWrite(namespace, { coordinate: [index, 0.5] }));
      expect(await truth().writer.write(commands)).toHaveLength(1000);
      expect((await truth().catalog.counts(namespace, now())).total).toBe(1000);
    });

    it('makes one event per command with the enriched payload', async () => {
      const namespace = freshNamespace();
      const episodic = aWrite(namespace, { coordinate: [1], type: 'episodic', importance: 3, importanceNorm: 0.5 });
      const semantic = aWrite(namespace, { coordinate: [2] });
      const stamped = aWrite(namespace, {
        coordinate: [3],
        type: 'episodic',
        payload: { timestamp: 12, coordinate: 1 },
      });
      await truth().writer.write([episodic, semantic, stamped]);
      const [first, second, third] = await eventsOf(namespace);
      expect(first).toEqual({
        event_id: episodic.eventId,
        id: episodic.eventId,
        namespace,
        type: 'created',
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        importance: 3,
        payload: {
          text: 'hello',
          memory_type: 'episodic',
          coordinate: [1],
          importance_norm: 0.5,
          timestamp: Date.parse(String(first?.timestamp)) / 1000,
        },
      });
      expect(second?.payload).toEqual({ text: 'hello', memory_type: 'semantic', coordinate: [2], importance_norm: 0 });
      expect(second).not.toHaveProperty('importance');
      expect(third?.payload).toMatchObject({ timestamp: 12, coordinate: [3] });
    });
  });

  describe(`${adapter} as a memory writer: deleting and living again`, () => {
    it('deletes what lives, says what it was, and leaves no content behind', async () => {
      const namespace = freshNamespace();
      await truth().writer.write([aWrite(namespace, { coordinate: [1] }), aWrite(namespace, { coordinate: [2] })]);
      const keys = ['2', '404', '1', '2'];
      const deleted = await truth().writer.delete(keys.map((key) => aDeletion(namespace, key)));
      expect(deleted.map(({ key }) => key).sort()).toEqual(['1', '2']);
      expect(deleted.map(({ version }) => version)).toEqual([2, 2]);
      expect(await truth().reader.findByKeys(namespace, ['1', '2'], now())).toEqual([]);
      const [row] = await truth().projection.rows([{ namespace, key: '1' }]);
      expect(row).toMatchObject({ version: 2, memory: null, searchedText: '', embedding: null });
      expect(await truth().writer.delete([aDeletion(namespace, '1')])).toEqual([]);
    });

    it('makes one event per deletion, without content', async () => {
      const namespace = freshNamespace();
      await truth().writer.write([aWrite(namespace, { type: 'episodic' })]);
      const command = aDeletion(namespace, '1,2');
      await truth().writer.delete([command, aDeletion(namespace, '404')]);
      const [, deletion, ...more] = await eventsOf(namespace);
      expect(deletion).toMatchObject({ id: command.eventId, type: 'deleted' });
      expect(deletion?.payload).toEqual({ memory_type: 'episodic', coordinate: [1, 2] });
      expect(more).toEqual([]);
    });

    it('lets a deleted coordinate live again: created anew, version going on, same id', async () => {
      const namespace = freshNamespace();
      await truth().writer.write([aWrite(namespace)]);
      const first = await find(namespace, '1,2');
      await truth().accesses.touch(namespace, ['1,2'], now());
      await truth().writer.delete([aDeletion(namespace, '1,2')]);
      const again = [aWrite(namespace, { payload: { text: 'x' } }), aWrite(namespace, { payload: { text: 'y' } })];
      expect(await truth().writer.write(again)).toEqual([receipt('1,2', 3, true), receipt('1,2', 4, false)]);
      const memory = await find(namespace, '1,2');
      expect(memory).toMatchObject({ id: first?.id, version: 4, payload: { text: 'y' }, accessCount: 0 });
      expect(memory?.createdAt).toEqual(memory?.updatedAt);
      expect((await eventsOf(namespace)).map(({ type }) => type)).toEqual(['created', 'deleted', 'created', 'updated']);
    });

    it('treats an expired memory as absent: not deleted but wiped, and created when written again', async () => {
      const namespace = freshNamespace();
      const expired = { coordinate: [1], expiresAt: new Date(Date.now() - 60_000) };
      await truth().writer.write([aWrite(namespace, expired), aWrite(namespace, { ...expired, coordinate: [2] })]);
      expect(await truth().writer.write([aWrite(namespace, { coordinate: [1] })])).toEqual([receipt('1', 2, true)]);
      expect(await truth().writer.delete([aDeletion(namespace, '2')])).toEqual([]);
      expect(await truth().projection.rows([{ namespace, key: '2' }])).toMatchObject([{ version: 2, memory: null }]);
    });
  });

  describe(`${adapter} as a memory writer: on condition`, () => {
    const at = (namespace: Namespace, expectedVersion: number, text = 'hello') =>
      aWrite(namespace, { payload: { text }, expectedVersion });
    const conflict = (expected: number, actual: number) =>
      expect.objectContaining({
        code: 'version_conflict',
        conflict: expect.objectContaining({ key: '1,2', expected, actual }),
      });

    it('writes over the expected version only, and over nothing when nothing is expected', async () => {
      const namespace = freshNamespace();
      await expect(truth().writer.write([at(namespace, 1)])).rejects.toEqual(conflict(1, 0));
      expect(await truth().writer.write([at(namespace, 0, 'first')])).toMatchObject([{ version: 1, created: true }]);
      await expect(truth().writer.write([at(namespace, 0)])).rejects.toEqual(conflict(0, 1));
      expect(await truth().writer.write([at(namespace, 1, 'second')])).toMatchObject([{ version: 2 }]);
      await expect(truth().writer.write([at(namespace, 1)])).rejects.toEqual(conflict(1, 2));
      expect(await find(namespace, '1,2')).toMatchObject({ version: 2, payload: { text: 'second' } });
      expect(await eventsOf(namespace)).toHaveLength(2);
    });

    it('writes all commands of a call or none, each compared with what those before it leave', async () => {
      const namespace = freshNamespace();
      const other = aWrite(namespace, { coordinate: [3] });
      await expect(truth().writer.write([other, at(namespace, 0), at(namespace, 2)])).rejects.toEqual(conflict(2, 1));
      expect(await eventsOf(namespace)).toEqual([]);
      const receipts = await truth().writer.write([other, at(namespace, 0), at(namespace, 1, 'last')]);
      expect(receipts.map(({ version }) => version)).toEqual([1, 1, 2]);
    });

    it('takes what was deleted or has expired for nothing', async () => {
      const namespace = freshNamespace();
      await truth().writer.write([aWrite(namespace)]);
      const demanding = { ...aDeletion(namespace, '1,2'), expectedVersion: 7 };
      await expect(truth().writer.delete([demanding])).rejects.toEqual(conflict(7, 1));
      expect(await truth().writer.delete([{ ...demanding, expectedVersion: 1 }])).toMatchObject([{ version: 2 }]);
      await expect(truth().writer.write([at(namespace, 2)])).rejects.toEqual(conflict(2, 0));
      expect(await truth().writer.write([at(namespace, 0)])).toMatchObject([{ version: 3, created: true }]);
      await truth().writer.write([aWrite(namespace, { expiresAt: new Date(Date.now() - 60_000) })]);
      await expect(truth().writer.write([at(namespace, 4)])).rejects.toEqual(conflict(4, 0));
      expect(await truth().writer.write([at(namespace, 0)])).toMatchObject([{ version: 5, created: true }]);
    });

    it('compares every deletion of a call, also those that ask for one coordinate twice', async () => {
      const namespace = freshNamespace();
      await truth().writer.write([aWrite(namespace)]);
      const demanding = { ...aDeletion(namespace, '1,2'), expectedVersion: 7 };
      await expect(truth().writer.delete([demanding, aDeletion(namespace, '1,2')])).rejects.toEqual(conflict(7, 1));
      expect(await find(namespace, '1,2')).toMatchObject({ version: 1 });
    });

    it('lets one of many win who expect the same, on a coordinate that was written and on one that never was', async () => {
      const namespace = freshNamespace();
      for (const expected of [0, 1, 2]) {
        const racers = Array.from({ length: 20 }, () => truth().writer.write([at(namespace, expected)]));
        const settled = await Promise.allSettled(racers);
        expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        const reasons = settled.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
        expect(reasons.every((reason) => reason instanceof VersionConflictError)).toBe(true);
        expect((await find(namespace, '1,2'))?.version).toBe(expected + 1);
      }
    });
  });

  describe(`${adapter} as a memory writer: under concurrency`, () => {
    it('raises a version by exactly one per write when many write the same coordinates in any order', async () => {
      const namespace = freshNamespace();
      const random = seededRandom(7);
      const keys = Array.from({ length: 12 }, (_, index) => index);
      const shuffled = () =>
        [...keys]
          .map((x) => ({ x, by: random() }))
          .sort((a, b) => a.by - b.by)
          .map(({ x }) => x);
      const batches = Array.from({ length: 40 }, () => shuffled().map((x) => aWrite(namespace, { coordinate: [x] })));
      const receipts = (await Promise.all(batches.map((batch) => truth().writer.write(batch)))).flat();
      for (const x of keys) {
        const versions = receipts.filter(({ key }) => key === String(x)).map(({ version }) => version);
        expect(versions.sort((a, b) => a - b)).toEqual(batches.map((_, index) => index + 1));
      }
      expect(receipts.filter(({ created }) => created)).toHaveLength(keys.length);
    });

    it('never loses a change between writers and deleters of the same coordinates', async () => {
      const namespace = freshNamespace();
      const keys = ['1', '2', '3'];
      const work = Array.from({ length: 60 }, (_, index) =>
        index % 3 === 2
          ? truth().writer.delete((index % 2 ? keys : [...keys].reverse()).map((key) => aDeletion(namespace, key)))
          : truth().writer.write(
              (index % 2 ? keys : [...keys].reverse()).map((key) => aWrite(namespace, { coordinate: [Number(key)] })),
            ),
      );
      await Promise.all(work);
      const records = (await drainAll(truth().outbox)).filter(({ event }) => event.namespace === namespace);
      for (const key of keys) {
        const versions = records.filter((record) => record.key === key).map(({ version }) => version);
        expect(versions).toEqual(versions.map((_, index) => index + 1));
        const [row] = await truth().projection.rows([{ namespace, key }]);
        expect(row?.version).toBe(versions.length);
      }
    });
  });
}
