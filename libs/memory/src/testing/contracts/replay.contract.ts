import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { fromEnvelope } from '../../event-model/envelope.js';
import type { LedgerEntry } from '../../event-model/ledger-entry.js';
import type { LedgerReader } from '../../replay/ledger-reader.port.js';
import { LinkReplay } from '../../replay/link-replay.js';
import { toRestoredEntry } from '../../replay/restored-entry.js';
import type { TruthRestorer } from '../../replay/truth-restorer.port.js';
import {
  aDeletion,
  aLink,
  aWrite,
  drainAll,
  freshNamespace,
  nextMillisecond,
  type LinkDetails,
  type TruthHarness,
} from '../truth-builders.js';
import { WRITTEN_PAYLOAD } from '../written-numbers.js';
import type { Namespace } from '../../model/namespace.js';

const FIELDS = { text: ['text'], session: ['session'], source: [], time: [] };

/** What replays stand on, over the same data as the truth. */
export interface ReplayAdapters {
  readonly restorer: TruthRestorer;
  readonly ledgerReader: LedgerReader;
  /** Takes rows of `memories` and links away, as a disaster would; with their ledger rows when asked. */
  lose(namespace: Namespace, also?: 'ledger'): Promise<void>;
}

/** What every TruthRestorer and LedgerReader must do. Nobody else may drain the outbox meanwhile. */
export function describeReplayContract(adapter: string, truth: TruthHarness, replay: () => ReplayAdapters): void {
  let namespace: Namespace;
  beforeEach(async () => {
    namespace = freshNamespace();
    await drainAll(truth().outbox);
  });
  const restore = (entries: readonly LedgerEntry[]) =>
    replay().restorer.restore(entries.map((entry) => toRestoredEntry(entry, FIELDS)));
  /** The entries of what was written, as their events tell them. */
  const written = async (): Promise<LedgerEntry[]> =>
    (await drainAll(truth().outbox)).flatMap((record) => {
      const content = fromEnvelope(record);
      return content.kind === 'entry' ? [content.entry] : [];
    });
  const find = async (...keys: string[]) => truth().reader.findByKeys(namespace, keys, new Date());
  const newest = async () => {
    const entries: LedgerEntry[] = [];
    for await (const batch of replay().ledgerReader.scanNewest(2)) {
      expect(batch.unreadable).toEqual([]);
      entries.push(...batch.entries.filter((entry) => entry.namespace === namespace));
    }
    return entries;
  };
  /** Three coordinates: written twice, once, and deleted. */
  const history = async () => {
    const details = { payload: { text: 'one', session: 's' }, importance: 2, importanceNorm: 0.5 };
    const expiresAt = new Date('2100-01-01T00:00:00.123Z');
    await truth().writer.write([aWrite(namespace, { ...details, coordinate: [1], session: 's', type: 'episodic' })]);
    await truth().writer.write([
      aWrite(namespace, { coordinate: [1], expiresAt, payload: WRITTEN_PAYLOAD }),
      aWrite(namespace, { coordinate: [2] }),
    ]);
    await truth().writer.write([aWrite(namespace, { coordinate: [3] })]);
    await truth().writer.delete([aDeletion(namespace, '3')]);
    return written();
  };

  describe(`${adapter} as what replays write and read`, () => {
    it('gives back memories, tombstones and ledger rows as they were', async () => {
      const entries = await history();
      const before = await find('1', '2', '3');
      await replay().lose(namespace, 'ledger');
      expect(await find('1', '2', '3')).toEqual([]);
      const restored = await restore(entries);
      expect(restored.entries).toBe(5);
      expect(restored.memories.map(({ key }) => key).sort()).toEqual(['1', '2', '3']);
      expect(await find('1', '2', '3')).toEqual(before);
      expect(await truth().projection.rows([{ namespace, key: '3' }])).toMatchObject([{ version: 2, memory: null }]);
      expect(await truth().ledger.known(entries.map(({ id }) => id))).toEqual(new Set(entries.map(({ id }) => id)));
      expect(await newest()).toEqual([entries[1], entries[2], entries[4]]);
    });

    it('leaves importances as of when they were written', async () => {
      const moments: Date[] = [];
      for (const importance of [2, 5, 9]) {
        await truth().writer.write([aWrite(namespace, { coordinate: [importance], importance })]);
        await nextMillisecond();
        moments.push(new Date());
        await nextMillisecond();
      }
      const elsewhere = freshNamespace();
      await restore((await written()).map((entry) => ({ ...entry, namespace: elsewhere, id: randomUUID() })));
      const largest = () =>
        Promise.all(moments.map(async (at) => (await truth().importances.asOf(elsewhere, at))?.max));
      expect(await largest()).toEqual([2, 5, 9]);
      await truth().importances.count(elsewhere);
      expect(await largest()).toEqual([2, 5, 9]);
    });

    it('gives back what supersedes what, without superseding anew', async () => {
      const validity = { fromMs: 5, toMs: 9, supersedes: ['1'], supersededBy: {}, supersededAtMs: null };
      await truth().writer.write([aWrite(namespace, { coordinate: [1] })]);
      await truth().writer.write([aWrite(namespace, { coordinate: [2], validity })]);
      const entries = await written();
      expect(entries.map(({ key, version }) => [key, version])).toEqual([
        ['1', 1],
        ['2', 1],
        ['1', 2],
      ]);
      const before = await find('1', '2');
      for (const also of ['ledger', undefined] as const) {
        await replay().lose(namespace, also);
        await restore(also ? entries : await newest());
        expect(await find('1', '2')).toEqual(before);
      }
      expect(await newest()).toEqual([entries[2], entries[1]]);
      await truth().writer.delete([aDeletion(namespace, '2')]);
      expect(await find('1')).not.toMatchObject([{ validity: expect.anything() }]);
    });

    it('leaves what has expired gone, whether the sweep had removed it or not', async () => {
      const expiresAt = new Date(Date.now() - 60_000);
      const [swept, unswept] = [1, 2].map((x) => aWrite(namespace, { coordinate: [x], expiresAt }));
      await truth().writer.write([swept!]);
      while ((await truth().expired.remove(Array.from({ length: 50 }, () => randomUUID()))).length > 0);
      await truth().writer.write([unswept!]);
      const entries = (await written()).filter((entry) => entry.namespace === namespace);
      await replay().lose(namespace, 'ledger');
      expect((await restore(entries)).entries).toBe(3);
      expect(await find('1', '2')).toEqual([]);
      const rows = await truth().projection.rows(['1', '2'].map((key) => ({ namespace, key })));
      const found = rows.map(({ key, version, memory }) => [key, version, memory?.expiresAt] as const);
      expect(found.toSorted(([one], [other]) => Number(one) - Number(other))).toEqual([
        ['1', 2, undefined],
        ['2', 1, expiresAt],
      ]);
    });

    it('announces each memory that changed once, and leaves it to be indexed', async () => {
      const entries = await history();
      await replay().lose(namespace, 'ledger');
      await restore(entries);
      expect((await written()).map(({ key, version }) => `${key}@${version}`)).toEqual(['1@2', '2@1', '3@2']);
      const pending = await truth().pending.versions(namespace);
      expect(pending.map(({ key }) => key).sort()).toEqual(['1', '2', '3']);
    });

    it('changes nothing when called again, nor what is newer than its entries', async () => {
      const entries = await history();
      await truth().writer.write([aWrite(namespace, { coordinate: [2], payload: { text: 'newer' } })]);
      await drainAll(truth().outbox);
      const before = await find('1', '2');
      expect(await restore(entries)).toEqual({ entries: 0, memories: [], conflicts: [] });
      expect(await restore([])).toEqual({ entries: 0, memories: [], conflicts: [] });
      expect(await find('1', '2')).toEqual(before);
      expect(await written()).toEqual([]);
    });

    it('gives what is stored next an id of its own, and a taken id to nobody else', async () => {
      const entries = await history();
      const [lost] = await find('2');
      await replay().lose(namespace, 'ledger');
      const [squatter] = await truth().writer.write([aWrite(namespace, { coordinate: [9] })]);
      await restore(entries.map((entry) => (entry.key === '2' ? { ...entry, memoryId: squatter?.id ?? 0 } : entry)));
      const [two] = await find('2');
      expect(two).toMatchObject({ payload: lost?.payload, version: lost?.version });
      expect(two?.id).not.toBe(squatter?.id);
      const [next] = await truth().writer.write([aWrite(namespace, { coordinate: [10] })]);
      const ids = (await find('1', '2', '9', '10')).map(({ id }) => id);
      expect(new Set(ids).size).toBe(4);
      expect(next?.id).toBe(Math.max(...ids));
    });

    it('notes a deletion that found nothing, and changes no memory by it', async () => {
      const [entry] = await history();
      const nothing = { memoryId: null, createdVersion: null, createdAtMs: null, updatedAtMs: null, contentHash: null };
      const miss = {
        ...entry!,
        ...nothing,
        id: entry!.id.replace(/^./, '0'),
        type: 'deleted',
        version: null,
        payload: {},
      };
      await replay().lose(namespace, 'ledger');
      expect(await restore([{ ...miss, memoryType: null, importance: null }])).toEqual({
        entries: 1,
        memories: [],
        conflicts: [],
      });
      expect(await newest()).toEqual([]);
    });

    it('reads the newest entry of each coordinate once, in batches', async () => {
      await truth().writer.write(Array.from({ length: 7 }, (_, x) => aWrite(namespace, { coordinate: [x] })));
      await truth().writer.write([aWrite(namespace, { coordinate: [3] })]);
      expect((await newest()).map(({ key, version }) => `${key}@${version}`)).toEqual([
        '0@1',
        '1@1',
        '2@1',
        '3@2',
        '4@1',
        '5@1',
        '6@1',
      ]);
    });

    describe('of links', () => {
      const links = () => truth().links;
      const link = (from: number, to: number, details: LinkDetails = {}) =>
        links().writer.link(aLink({ namespace, from, to }, details), 'none');
      const store = (...values: number[]) =>
        truth().writer.write(values.map((value) => aWrite(namespace, { coordinate: [value] })));
      const all = async () => {
        const keys = Array.from({ length: 10 }, (_, n) => `${n}`);
        const query = { direction: 'out', order: 'oldest', now: new Date(), limit: 100 } as const;
        return (await links().reader.touching(namespace, keys, query)).map((one) => one.link);
      };
      const replayLinks = () =>
        new LinkReplay(replay().ledgerReader, replay().restorer).replay({
          onUnreadable: (entry) => expect(entry).toBeNull(),
        });
      /** Links that are there, were changed or removed, and that went with what they led to. */
      const linked = async () => {
        await store(1, 2, 3, 4, 5);
        await truth().writer.write([
          aWrite(namespace, { coordinate: [8], expiresAt: new Date(Date.now() + 3_600_000) }),
        ]);
        await link(3, 8);
        await link(3, 2);
        await link(1, 2, { metadata: WRITTEN_PAYLOAD });
        await link(1, 2, { metadata: WRITTEN_PAYLOAD, weight: 0.1 });
        await link(1, 2, { type: 'a', weight: 1e-7 });
        await link(9, 1);
        await link(2, 3);
        await link(2, 1);
        await links().writer.unlink({ namespace, fromKey: '2', toKey: '3' });
        await links().writer.unlink({ namespace, fromKey: '2', toKey: '1' });
        await link(2, 1, { weight: 7 });
        await link(3, 4);
        await link(5, 3);
        await link(1, 6);
        await link(1, 7);
        await store(6, 7);
        for (const key of ['4', '5', '6']) await truth().writer.delete([aDeletion(namespace, key)]);
        await store(4);
        await truth().writer.write([aWrite(namespace, { coordinate: [8], expiresAt: new Date(Date.now() - 60_000) })]);
        await link(4, 8);
        await truth().writer.write([aWrite(namespace, { coordinate: [8], expectedVersion: 0, revives: 2 })]);
        await truth().writer.write([aWrite(namespace, { coordinate: [5], expectedVersion: 0, revives: 2 })]);
        await link(6, 1);
        const there = await all();
        const told = there.map(({ from, to, type }) => `${from.key}-${type}-${to.key}`);
        expect(told).toEqual([
          ...['1-related-2', '1-a-2', '1-related-7'],
          ...['2-related-1', '3-related-2', '4-related-8', '6-related-1', '9-related-1'],
        ]);
        return there;
      };

      it('makes those again that are in the ledger, as they were, and none that had gone', async () => {
        const before = await linked();
        await replay().lose(namespace);
        await restore(await newest());
        expect(await all()).toEqual([]);
        expect((await replayLinks()).restored).toBeGreaterThanOrEqual(before.length);
        expect(await all()).toEqual(before);
        expect((await replayLinks()).restored).toBe(0);
        await link(4, 5);
        expect(Math.max(...(await all()).map(({ id }) => id))).toBeGreaterThan(Math.max(...before.map(({ id }) => id)));
      });

      it('makes those again that events tell of, after their memories', async () => {
        const before = await linked();
        const entries = await written();
        await replay().lose(namespace, 'ledger');
        await restore(entries.filter(({ version }) => version === null));
        await replayLinks();
        const bare = (link: (typeof before)[number]) => link.from.key === '6' || link.from.key === '9';
        expect((await all()).filter((link) => !bare(link))).toEqual([]);
        await restore(entries);
        await replayLinks();
        expect(await all()).toEqual(before);
      });

      it('changes those that are older than what is told of them, and no others', async () => {
        const before = await linked();
        const [entry] = (await written()).filter(({ type, payload }) => type === 'unlinked' && payload['to']);
        await link(1, 2, { weight: 3 });
        await links().writer.unlink({ namespace, fromKey: '1', toKey: '2', type: 'a' });
        const now = await all();
        await restore(entry ? [entry] : []);
        expect((await replayLinks()).restored).toBe(0);
        expect(await all()).toEqual(now);
        expect(now).toHaveLength(before.length - 1);
      });
    });
  });
}
