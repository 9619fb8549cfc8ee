import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { fromEnvelope } from '../../event-model/envelope.js';
import type { LedgerEntry } from '../../event-model/ledger-entry.js';
import type { LedgerReader } from '../../replay/ledger-reader.port.js';
import { toRestoredEntry } from '../../replay/restored-entry.js';
import type { TruthRestorer } from '../../replay/truth-restorer.port.js';
import { aDeletion, aWrite, drainAll, freshNamespace, type TruthHarness } from '../truth-builders.js';
import { WRITTEN_PAYLOAD } from '../written-numbers.js';
import type { Namespace } from '../../model/namespace.js';

const FIELDS = { text: ['text'], session: ['session'], source: [], time: [] };

/** What replays stand on, over the same data as the truth. */
export interface ReplayAdapters {
  readonly restorer: TruthRestorer;
  readonly ledgerReader: LedgerReader;
  /** Takes rows of `memories` away, as a disaster would; with their ledger rows when asked. */
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
  });
}
