import { describe, expect, it } from '@jest/globals';
import { canonicalJson } from '../../../model/content-hash.js';
import type { Memory } from '../../../model/memory.js';
import type { Namespace } from '../../../model/namespace.js';
import {
  aDeletion,
  aWrite,
  freshNamespace,
  nextMillisecond,
  type TruthHarness,
  type WriteDetails,
} from '../../truth-builders.js';
import { WRITTEN_PAYLOAD } from '../../written-numbers.js';

interface Snapshot {
  readonly at: Date;
  readonly memories: readonly Memory[];
}

/** What every PastMemories adapter must do. Call it inside a spec file. */
export function describePastMemoriesContract(adapter: string, truth: TruthHarness): void {
  const write = (namespace: Namespace, key: number, details: WriteDetails) =>
    truth().writer.write([aWrite(namespace, { coordinate: [key], ...details })]);
  const remove = (namespace: Namespace, key: number) => truth().writer.delete([aDeletion(namespace, String(key))]);
  const listed = async (namespace: Namespace) =>
    (await truth().catalog.list(namespace, { limit: 100 }, new Date())).memories;
  /** What a list answers at this moment. */
  const snapshot = async (namespace: Namespace): Promise<Snapshot> => {
    await nextMillisecond();
    const taken = { at: new Date(), memories: await listed(namespace) };
    await nextMillisecond();
    return taken;
  };
  const knownAt = async (namespace: Namespace, at: Date, limit = 100) =>
    truth().past.list(namespace, { limit }, { at, now: new Date() });
  const texts = (memories: readonly Memory[]) =>
    memories.map(({ payload, ...memory }) => ({ ...memory, payload: canonicalJson(payload) }));

  describe(`${adapter} as a reader of past memories`, () => {
    it('answers as a list did then, for what lives now', async () => {
      const namespace = freshNamespace();
      await write(namespace, 1, { payload: { n: 1 }, importance: 3, importanceNorm: 0.25, type: 'episodic' });
      await write(namespace, 2, { payload: { n: 2 } });
      const snapshots = [await snapshot(namespace)];
      await write(namespace, 1, { payload: WRITTEN_PAYLOAD });
      await write(namespace, 3, { payload: { n: 3 }, expiresAt: new Date(Date.now() + 3_600_000) });
      snapshots.push(await snapshot(namespace));
      await remove(namespace, 2);
      snapshots.push(await snapshot(namespace));
      await write(namespace, 2, { payload: { n: 5 }, expectedVersion: 0, revives: 2 });
      await write(namespace, 3, { payload: { n: 6 } });
      snapshots.push(await snapshot(namespace));
      expect(snapshots.map(({ memories }) => memories.length)).toEqual([2, 3, 2, 3]);
      for (const { at, memories } of snapshots) {
        expect(texts((await knownAt(namespace, at)).memories)).toEqual(texts(memories));
        const keys = ['1', '2', '3', '404'];
        const found = await truth().past.findByKeys(namespace, keys, { at, now: new Date() });
        const byId = [...found].sort((one, other) => one.id - other.id);
        expect(texts(byId)).toEqual(texts([...memories].sort((one, other) => one.id - other.id)));
      }
    });

    it('leaves out what has been deleted since, what had expired then, and former lives', async () => {
      const namespace = freshNamespace();
      const soon = new Date(Date.now() + 3_600_000);
      await write(namespace, 1, { payload: { n: 1 } });
      await write(namespace, 2, { payload: { n: 2 } });
      await write(namespace, 3, { payload: { n: 3 }, expiresAt: soon });
      const { at } = await snapshot(namespace);
      const keysAt = async (moment: { readonly at: Date; readonly now: Date }) =>
        (await truth().past.list(namespace, { limit: 9 }, moment)).memories.map(({ key }) => key);
      expect(await keysAt({ at, now: new Date() })).toEqual(['1', '2', '3']);
      await remove(namespace, 1);
      await remove(namespace, 2);
      await write(namespace, 2, { payload: { another: 'life' } });
      expect(await keysAt({ at, now: new Date() })).toEqual(['3']);
      expect(await keysAt({ at, now: new Date(soon.getTime() + 1) })).toEqual([]);
      await write(namespace, 3, { payload: { n: 4 } });
      const later = new Date(soon.getTime() + 1);
      expect(await keysAt({ at: later, now: later })).toEqual(['3', '2']);
    });

    it('filters by what was known, and goes on page by page', async () => {
      const namespace = freshNamespace();
      for (const n of [1, 2, 3, 4]) {
        await write(namespace, n, { payload: { tag: 'old', n } });
        await nextMillisecond();
      }
      const { at } = await snapshot(namespace);
      for (const n of [1, 2, 3]) await write(namespace, n, { payload: { tag: 'new', n } });
      const page = async (tag: string, after?: { readonly createdAtMs: number; readonly id: number }) =>
        truth().past.list(
          namespace,
          { limit: 3, filter: { payload: [{ path: ['tag'], equals: tag }] }, ...(after ? { after } : {}) },
          { at, now: new Date() },
        );
      const first = await page('old');
      expect(first.memories.map(({ key }) => key)).toEqual(['1', '2', '3']);
      const second = await page('old', first.next);
      expect(second.memories.map(({ key }) => key)).toEqual(['4']);
      expect(second.next).toBeUndefined();
      expect((await page('new')).memories).toEqual([]);
    });

    it('knows where a namespace begins', async () => {
      const namespace = freshNamespace();
      expect(await truth().past.beginning(namespace)).toBeUndefined();
      await write(namespace, 1, {});
      const [memory] = await listed(namespace);
      expect(await truth().past.beginning(namespace)).toEqual(memory?.createdAt);
    });
  });
}
