import { describe, expect, it } from '@jest/globals';
import { toSearchedContent } from '../../index-model/index-point-factory.js';
import type { ProjectionRow, SearchedRow } from '../../indexing/projection/projection-source.port.js';
import { aDeletion, aWrite, freshNamespace, nextMillisecond, type TruthHarness } from '../truth-builders.js';
import type { Namespace } from '../../model/namespace.js';

const SPACE = 'space-a';
const vector = (...components: number[]) => Float32Array.from(components);

/** What every ProjectionSource adapter must do. Call it inside a spec file. */
export function describeProjectionSourceContract(adapter: string, truth: TruthHarness): void {
  const rowOf = async (namespace: Namespace, key: string) => (await truth().projection.rows([{ namespace, key }]))[0];
  const mark = (namespace: Namespace, key: string, version: number, embedding?: Float32Array) =>
    truth().projection.markIndexed([
      { namespace, key, version, ...(embedding ? { embedding: { space: SPACE, vector: embedding } } : {}) },
    ]);

  describe(`${adapter} as a projection source`, () => {
    it('gives current rows, tombstones included, and leaves out unknown coordinates', async () => {
      const [one, two] = [freshNamespace(), freshNamespace()];
      await truth().writer.write([
        aWrite(one, { coordinate: [1] }),
        aWrite(one, { coordinate: [2] }),
        aWrite(two, { coordinate: [1] }),
      ]);
      await truth().writer.delete([aDeletion(one, '2')]);
      const rows = await truth().projection.rows([
        { namespace: one, key: '1' },
        { namespace: one, key: '1' },
        { namespace: one, key: '2' },
        { namespace: two, key: '1' },
        { namespace: two, key: '404' },
      ]);
      expect(rows).toHaveLength(3);
      const deleted = rows.find(({ namespace, key }) => namespace === one && key === '2');
      expect(deleted).toMatchObject({ version: 2, indexedVersion: 0, memory: null, searchedText: '', embedding: null });
      const live = rows.find(({ namespace }) => namespace === two);
      expect(live).toMatchObject({ key: '1', version: 1, indexedVersion: 0, searchedText: 'hello', embedding: null });
      expect(live?.memory).toMatchObject({ namespace: two, payload: { text: 'hello' } });
      expect(await truth().projection.rows([])).toEqual([]);
    });

    it('raises the indexed version, never lowers it, and keeps embeddings exactly', async () => {
      const namespace = freshNamespace();
      await truth().writer.write([aWrite(namespace), aWrite(namespace), aWrite(namespace)]);
      await mark(namespace, '1,2', 3, vector(0.1, -0, 0, 1e-45, -0.75));
      await mark(namespace, '1,2', 2);
      await mark(namespace, '1,2', 1, vector(9));
      const row = await rowOf(namespace, '1,2');
      expect(row).toMatchObject({ version: 3, indexedVersion: 3 });
      expect(row?.embedding?.space).toBe(SPACE);
      expect([...(row?.embedding?.vector ?? [])]).toEqual([...vector(0.1, -0, 0, 1e-45, -0.75)]);
      await truth().projection.markIndexed([]);
    });

    it('does not take an embedding of another version than the current one', async () => {
      const namespace = freshNamespace();
      await truth().writer.write([aWrite(namespace), aWrite(namespace, { payload: { text: 'newer' } })]);
      await mark(namespace, '1,2', 1, vector(1));
      expect(await rowOf(namespace, '1,2')).toMatchObject({ indexedVersion: 1, version: 2, embedding: null });
      await truth().writer.delete([aDeletion(namespace, '1,2')]);
      await mark(namespace, '1,2', 3, vector(1));
      expect(await rowOf(namespace, '1,2')).toMatchObject({ indexedVersion: 3, version: 3, embedding: null });
    });

    it('forgets an embedding when the text changes', async () => {
      const namespace = freshNamespace();
      await truth().writer.write([aWrite(namespace, { payload: { text: 'same', n: 1 } })]);
      await mark(namespace, '1,2', 1, vector(1, 0));
      await truth().writer.write([aWrite(namespace, { payload: { text: 'same', n: 2 } })]);
      expect((await rowOf(namespace, '1,2'))?.embedding).toMatchObject({ space: SPACE });
      await truth().writer.write([aWrite(namespace, { payload: { text: 'other' } })]);
      expect(await rowOf(namespace, '1,2')).toMatchObject({ indexedVersion: 1, version: 3, embedding: null });
    });

    it('can put an embedding of another space in place later', async () => {
      const namespace = freshNamespace();
      await truth().writer.write([aWrite(namespace)]);
      await mark(namespace, '1,2', 1, vector(1, 0));
      await truth().projection.markIndexed([
        { namespace, key: '1,2', version: 1, embedding: { space: 'space-b', vector: vector(0, 0, 0) } },
      ]);
      expect((await rowOf(namespace, '1,2'))?.embedding).toEqual({ space: 'space-b', vector: vector(0, 0, 0) });
    });

    it('scans every live row that is marked as indexed, each once', async () => {
      const [one, two] = [freshNamespace(), freshNamespace()];
      const commands = Array.from({ length: 25 }, (_, index) =>
        aWrite(index < 15 ? one : two, { coordinate: [index] }),
      );
      await truth().writer.write(commands);
      await truth().projection.markIndexed(commands.map(({ namespace, key }) => ({ namespace, key, version: 1 })));
      await truth().writer.write([aWrite(one, { coordinate: [3] }), aWrite(two, { coordinate: [99] })]);
      await truth().writer.delete([aDeletion(two, '20')]);
      await mark(two, '20', 2);
      const rows: ProjectionRow[] = [];
      for await (const batch of truth().projection.scanIndexed(4)) {
        expect(batch.length).toBeLessThanOrEqual(4);
        rows.push(...batch.filter(({ namespace }) => namespace === one || namespace === two));
      }
      const expected = commands.map(({ key }) => key).filter((key) => key !== '3' && key !== '20');
      expect(rows.map(({ key }) => Number(key)).sort((a, b) => a - b)).toEqual(expected.map(Number));
    });

    it('names the marks that came after a newer one, whatever else the call marks', async () => {
      const namespace = freshNamespace();
      const at = (x: number, version: number) => ({ namespace, key: String(x), version });
      await truth().writer.write([1, 2, 3, 1, 2, 1].map((x) => aWrite(namespace, { coordinate: [x] })));
      expect(await truth().projection.markIndexed([at(1, 2), at(2, 2)])).toEqual([]);
      expect(await truth().projection.markIndexed([at(1, 3), at(2, 1), at(3, 1), at(404, 1)])).toEqual([
        { namespace, key: '2' },
      ]);
      expect(await truth().projection.markIndexed([at(1, 3), at(2, 2)])).toEqual([]);
      expect(await truth().projection.markIndexed([at(1, 1), at(1, 3)])).toEqual([]);
    });

    it('names the removals beside which another version was marked, whatever that version was', async () => {
      const namespace = freshNamespace();
      const at = (x: number, version: number, removedFrom?: number) => ({
        namespace,
        key: String(x),
        version,
        ...(removedFrom === undefined ? {} : { removedFrom }),
      });
      await truth().writer.write([1, 2].map((x) => aWrite(namespace, { coordinate: [x] })));
      await truth().writer.delete([1, 2].map((x) => aDeletion(namespace, String(x))));
      expect(await truth().projection.markIndexed([at(1, 1)])).toEqual([]);
      expect(await truth().projection.markIndexed([at(1, 2, 0), at(2, 2, 0)])).toEqual([{ namespace, key: '1' }]);
      expect(await truth().projection.markIndexed([at(1, 2, 2), at(2, 2, 2)])).toEqual([]);
      await truth().projection.reopen([{ namespace, key: '2' }]);
      expect(await truth().projection.markIndexed([at(2, 2, 2)])).toEqual([{ namespace, key: '2' }]);
    });

    it('tells exactly one of two racing indexers that it came too late', async () => {
      const namespace = freshNamespace();
      const keys = Array.from({ length: 20 }, (_, x) => String(x));
      for (let round = 1; round <= 10; round += 1) {
        await truth().writer.write(
          keys.flatMap((key) => [1, 2].map(() => aWrite(namespace, { coordinate: [Number(key)] }))),
        );
        const at = (version: number) =>
          truth().projection.markIndexed(
            keys.map((key) => ({ namespace, key, version, embedding: { space: SPACE, vector: vector(version) } })),
          );
        const [older, newer] = await Promise.all([at(2 * round - 1), at(2 * round)]);
        expect(newer).toEqual([]);
        expect([0, keys.length]).toContain(older.length);
        for (const row of await truth().projection.rows(keys.map((key) => ({ namespace, key })))) {
          expect(row).toMatchObject({ indexedVersion: 2 * round, embedding: { vector: vector(2 * round) } });
        }
      }
    });

    it('scans every live row for an lexical index, indexed or not, each once', async () => {
      const [one, two] = [freshNamespace(), freshNamespace()];
      const commands = Array.from({ length: 25 }, (_, x) => aWrite(x < 15 ? one : two, { coordinate: [x] }));
      await truth().writer.write(commands);
      await mark(one, '3', 1, vector(1));
      await truth().writer.write([aWrite(one, { coordinate: [3] }), aWrite(two, { coordinate: [99] })]);
      await truth().writer.delete([aDeletion(two, '20')]);
      await mark(one, '3', 2, vector(2));
      const rows: SearchedRow[] = [];
      for await (const batch of truth().projection.scanSearched(10)) {
        expect(batch.length).toBeLessThanOrEqual(10);
        rows.push(...batch.filter(({ namespace }) => namespace === one || namespace === two));
      }
      const expected = [...commands.map(({ key }) => Number(key)).filter((key) => key !== 20), 99];
      expect(rows.map(({ key }) => Number(key)).sort((a, b) => a - b)).toEqual(expected);
      const scanned = rows.find(({ key }) => key === '3');
      expect(scanned).toMatchObject({ version: 2, content: { key: '3', version: 2, searchedText: 'hello' } });
    });

    it('gives an lexical index what the whole row says', async () => {
      const [namespace, other] = [freshNamespace(), freshNamespace()];
      const expiresAt = new Date('2030-05-06T07:08:09.012Z');
      await truth().writer.write([
        aWrite(namespace, { coordinate: [1], payload: { text: 'hello', n: [1.5, null] }, session: 's', expiresAt }),
        aWrite(namespace, { coordinate: [2] }),
        aWrite(other, { coordinate: [1], payload: { text: '' } }),
      ]);
      await truth().writer.delete([aDeletion(namespace, '2')]);
      const keys = [
        { namespace, key: '1' },
        { namespace, key: '1' },
        { namespace, key: '2' },
        { namespace: other, key: '1' },
        { namespace: other, key: '404' },
      ];
      const whole = await truth().projection.rows(keys);
      const searched = await truth().projection.searchedRows(keys);
      // Of no use to an index: metadata may change later, of which it is not told.
      const withoutWriting = ({ writtenAtMs: _, ...content }: ReturnType<typeof toSearchedContent>) => content;
      const identity = ({ namespace: of, key }: { namespace: Namespace; key: string }) => `${of} ${key}`;
      const expected = whole.map((row) => ({
        namespace: row.namespace,
        key: row.key,
        version: row.version,
        content: row.memory && withoutWriting(toSearchedContent(row.memory, row)),
      }));
      expect(new Map(searched.map((row) => [identity(row), row]))).toEqual(
        new Map(expected.map((row) => [identity(row), row])),
      );
      const one = searched.find((row) => row.namespace === namespace && row.key === '1');
      expect(one?.content).toMatchObject({
        session: 's',
        expiresAtMs: expiresAt.getTime(),
        payload: { n: [1.5, null] },
      });
      const live: SearchedRow[] = [];
      for await (const batch of truth().projection.scanSearched(10)) live.push(...batch);
      expect(live).toContainEqual(one);
      expect(await truth().projection.searchedRows([])).toEqual([]);
    });

    it('scans while others write and delete: what lives throughout is there exactly once', async () => {
      const namespace = freshNamespace();
      const lasting = Array.from({ length: 30 }, (_, x) => aWrite(namespace, { coordinate: [2 * x] }));
      await truth().writer.write(lasting);
      const seen: string[] = [];
      let others = 0;
      for await (const batch of truth().projection.scanSearched(10)) {
        seen.push(...batch.filter((row) => row.namespace === namespace).map(({ key }) => key));
        // Without an end the scan would find new rows ahead of it forever.
        if (others === 20) continue;
        others += 1;
        await truth().writer.write([aWrite(namespace, { coordinate: [2 * others + 1] })]);
        await truth().writer.delete([aDeletion(namespace, String(2 * others - 1))]);
      }
      for (const { key } of lasting) expect(seen.filter((one) => one === key)).toHaveLength(1);
      expect(new Set(seen).size).toBe(seen.length);
    });

    it('tells how much lives in it', async () => {
      const namespace = freshNamespace();
      const before = await truth().projection.extent();
      const payload = { text: 'x'.repeat(1000) };
      await truth().writer.write(Array.from({ length: 30 }, (_, x) => aWrite(namespace, { coordinate: [x], payload })));
      await truth().writer.delete([aDeletion(namespace, '3')]);
      const { memories, payloadBytes } = await truth().projection.extent();
      expect(memories).toBe(before.memories + 29);
      const added = memories * payloadBytes - before.memories * before.payloadBytes;
      expect(added / 29).toBeGreaterThan(1005);
      expect(added / 29).toBeLessThan(1030);
    });

    it('opens rows again, so that they count as not indexed until they are marked anew', async () => {
      const [namespace, other] = [freshNamespace(), freshNamespace()];
      await truth().writer.write([1, 2].map((x) => aWrite(namespace, { coordinate: [x] })));
      await truth().writer.write([aWrite(other, { coordinate: [1] }), aWrite(namespace, { coordinate: [2] })]);
      await mark(namespace, '1', 1, vector(1, 2));
      await mark(namespace, '2', 2);
      await mark(other, '1', 1);
      await truth().projection.reopen([
        { namespace, key: '1' },
        { namespace, key: '1' },
        { namespace, key: '404' },
      ]);
      expect(await truth().pending.versions(namespace)).toEqual([{ key: '1', version: 1, deleted: false }]);
      expect(await truth().pending.versions(other)).toEqual([]);
      expect(await rowOf(namespace, '1')).toMatchObject({ version: 1, indexedVersion: 0, embedding: { space: SPACE } });
      expect(await truth().projection.markIndexed([{ namespace, key: '1', version: 1 }])).toEqual([]);
      expect(await truth().pending.versions(namespace)).toEqual([]);
      await truth().projection.reopen([]);
    });

    it('scans every live row of one namespace, indexed or not, with its embedding', async () => {
      const [one, two] = [freshNamespace(), freshNamespace()];
      await truth().writer.write([1, 2, 3, 4, 5].map((x) => aWrite(one, { coordinate: [x] })));
      await truth().writer.write([aWrite(two, { coordinate: [1] })]);
      await truth().writer.delete([aDeletion(one, '4')]);
      await mark(one, '2', 1, vector(1, 0));
      const rows: ProjectionRow[] = [];
      for await (const batch of truth().projection.scanNamespace(one, 2)) {
        expect(batch.length).toBeLessThanOrEqual(2);
        rows.push(...batch);
      }
      expect(rows.map(({ key, indexedVersion }) => `${key}:${indexedVersion}`)).toEqual(['1:0', '2:1', '3:0', '5:0']);
      expect([...(rows[1]?.embedding?.vector ?? [])]).toEqual([1, 0]);
    });

    it('counts what is not indexed, while it is not', async () => {
      const namespace = freshNamespace();
      const before = await truth().projection.countUnindexed();
      await truth().writer.write([1, 2, 3].map((x) => aWrite(namespace, { coordinate: [x] })));
      expect(await truth().projection.countUnindexed()).toBe(before + 3);
      await mark(namespace, '2', 1, vector(1, 0));
      expect(await truth().projection.countUnindexed()).toBe(before + 2);
    });

    it('tells the age of the oldest write that is not indexed', async () => {
      const namespace = freshNamespace();
      await truth().writer.write([aWrite(namespace)]);
      const deadline = Date.now() + 10_000;
      while ((await truth().projection.oldestUnindexedAgeSeconds()) < 0.005) expect(Date.now()).toBeLessThan(deadline);
      expect(await truth().projection.oldestUnindexedAgeSeconds()).toBeLessThan(600);
    });

    it('survives marks in any order beside writers of the same coordinates', async () => {
      const namespace = freshNamespace();
      const keys = Array.from({ length: 10 }, (_, index) => String(index));
      const rounds = Array.from({ length: 15 }, async (_, round) => {
        const ordered = round % 2 === 0 ? keys : [...keys].reverse();
        await truth().writer.write(ordered.map((key) => aWrite(namespace, { coordinate: [Number(key)] })));
        await truth().projection.markIndexed(
          [...ordered]
            .reverse()
            .map((key) => ({ namespace, key, version: round + 1, embedding: { space: SPACE, vector: vector(round) } })),
        );
        await truth().accesses.touch(namespace, ordered, new Date());
      });
      await Promise.all(rounds);
      for (const key of keys) expect((await rowOf(namespace, key))?.version).toBe(15);
    });
  });
}

/** What every PendingMemories adapter must do. Call it inside a spec file. */
export function describePendingMemoriesContract(adapter: string, truth: TruthHarness): void {
  describe(`${adapter} as pending memories`, () => {
    it('names every change of a namespace that is not indexed, deletions included', async () => {
      const namespace = freshNamespace();
      await truth().writer.write([1, 2, 3].map((x) => aWrite(namespace, { coordinate: [x] })));
      await truth().projection.markIndexed(['1', '2'].map((key) => ({ namespace, key, version: 1 })));
      expect(await truth().pending.versions(namespace)).toEqual([{ key: '3', version: 1, deleted: false }]);
      await truth().writer.delete([aDeletion(namespace, '2')]);
      const pending = await truth().pending.versions(namespace);
      expect([...pending].sort((a, b) => a.key.localeCompare(b.key))).toEqual([
        { key: '2', version: 2, deleted: true },
        { key: '3', version: 1, deleted: false },
      ]);
      expect(await truth().pending.count(namespace)).toBe(2);
      await truth().projection.markIndexed([
        { namespace, key: '2', version: 2 },
        { namespace, key: '3', version: 1 },
      ]);
      expect(await truth().pending.versions(namespace)).toEqual([]);
      expect(await truth().pending.count(namespace)).toBe(0);
      expect(await truth().pending.versions(freshNamespace())).toEqual([]);
    });

    it('names the newest changes first, and no more than asked for', async () => {
      const namespace = freshNamespace();
      for (const x of [1, 2, 3, 1]) {
        await truth().writer.write([aWrite(namespace, { coordinate: [x] })]);
        await nextMillisecond();
      }
      const keys = async (limit?: number) => (await truth().pending.versions(namespace, limit)).map(({ key }) => key);
      expect(await keys()).toEqual(['1', '3', '2']);
      expect(await keys(2)).toEqual(['1', '3']);
      expect(await keys(10)).toEqual(['1', '3', '2']);
    });

    it('tells how many changes wait, and for how long', async () => {
      const namespace = freshNamespace();
      expect(await truth().pending.lag(namespace)).toEqual({ events: 0, seconds: 0 });
      await truth().writer.write([1, 2].map((x) => aWrite(namespace, { coordinate: [x] })));
      await nextMillisecond();
      const { events, seconds } = await truth().pending.lag(namespace);
      expect(events).toBe(2);
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThan(60);
    });

    it('loads contents as they are now and leaves out what vanished', async () => {
      const namespace = freshNamespace();
      await truth().writer.write(
        [1, 2].map((x) => aWrite(namespace, { coordinate: [x], payload: { text: `text ${x}` }, session: `talk ${x}` })),
      );
      await truth().writer.delete([aDeletion(namespace, '1')]);
      const [loaded, ...more] = await truth().pending.load(namespace, ['1', '2', '404']);
      expect(loaded).toMatchObject({
        searchedText: 'text 2',
        session: 'talk 2',
        memory: { key: '2', payload: { text: 'text 2' } },
      });
      expect(more).toEqual([]);
      expect(await truth().pending.load(namespace, [])).toEqual([]);
    });
  });
}
