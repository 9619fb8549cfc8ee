import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { LinkCommand } from '../../links/ports/link-writer.port.js';
import { trustedNamespace, type Namespace } from '../../model/namespace.js';
import { aWrite, freshNamespace, nextMillisecond, type TruthHarness } from '../truth-builders.js';

const ids = (count: number) => Array.from({ length: count }, () => randomUUID());
const end = (value: number) => ({ coordinate: [value], key: String(value) });
const aLink = (namespace: Namespace, from: number, to: number): LinkCommand => ({
  ...{ namespace, from: end(from), to: end(to), type: 'related', weight: 1, metadata: {}, metadataJson: '{}' },
  eventId: randomUUID(),
});

/** What every NamespaceStore adapter must do, with the writers that fill it. Call it inside a spec file. */
export function describeNamespaceStoreContract(adapter: string, truth: TruthHarness): void {
  const write = async (namespace: Namespace, count: number, from = 0) => {
    const commands = Array.from({ length: count }, (_, index) => aWrite(namespace, { coordinate: [from + index] }));
    await truth().writer.write(commands);
  };
  const total = async (namespace: Namespace) => (await truth().catalog.counts(namespace, new Date())).total;
  const store = () => truth().namespaces;
  /** A cut behind all that was written: it is told in whole milliseconds. */
  const cutNow = async () => {
    await nextMillisecond();
    return store().now();
  };

  describe(`${adapter} as the namespaces of the truth`, () => {
    it('names those that were written to, by name', async () => {
      const prefix = randomUUID();
      const names = ['b', 'a', 'ä', 'c'].map((letter) => trustedNamespace(`${prefix}-${letter}`));
      for (const name of names) await write(name, 1);
      const [b, a, umlaut, c] = names;
      const found = async (after: Namespace | undefined, limit: number) =>
        (await store().names(after, limit)).filter((name) => name.startsWith(prefix));
      expect(await found(trustedNamespace(prefix), 10)).toEqual([a, b, c, umlaut]);
      expect(await found(a, 2)).toEqual([b, c]);
    });

    it('says how much is in one', async () => {
      const namespace = freshNamespace();
      const empty = { sampled: 0, sampledBytes: 0, newestAt: null, links: 0, pending: 0, oldestPendingSeconds: 0 };
      expect(await store().facts(namespace, new Date())).toEqual(empty);
      await write(namespace, 2);
      await write(namespace, 1, 7);
      await truth().writer.delete([{ namespace, key: '7', eventId: randomUUID() }]);
      await truth().links.writer.link(aLink(namespace, 0, 1), 'both');
      const facts = await store().facts(namespace, new Date());
      expect(facts).toMatchObject({ sampled: 2, links: 1, pending: 3, newestAt: expect.any(Date) });
      expect(facts.sampledBytes).toBeGreaterThan(20);
      expect(facts.oldestPendingSeconds).toBeGreaterThanOrEqual(0);
    });

    it('removes memories a part at a time, each with its event, and the links of memories with them', async () => {
      const namespace = freshNamespace();
      await write(namespace, 5);
      await truth().links.writer.link(aLink(namespace, 0, 4), 'both');
      const cut = { namespace, before: await cutNow() };
      const first = await store().removeMemories(cut, undefined, ids(3));
      expect(first).toEqual({ removed: 3, next: expect.anything() });
      expect(await total(namespace)).toBe(2);
      expect(await store().removeMemories(cut, first.next, ids(3))).toEqual({ removed: 2 });
      expect(await total(namespace)).toBe(0);
      expect(await store().rest(namespace, cut.before)).toEqual({ isToRemove: false, isInUse: false });
      const { versions } = await truth().history.page({ namespace, key: '0' }, { limit: 5 }, new Date());
      expect(versions.map(({ kind }) => kind)).toEqual(['deleted', 'created']);
    });

    it('leaves what is written after the cut, and what is in other namespaces', async () => {
      const [namespace, other] = [freshNamespace(), freshNamespace()];
      await write(namespace, 2);
      await write(other, 1);
      const cut = { namespace, before: await cutNow() };
      await truth().writer.write([aWrite(namespace, { coordinate: [1] }), aWrite(namespace, { coordinate: [9] })]);
      expect(await store().removeMemories(cut, undefined, ids(10))).toEqual({ removed: 1 });
      expect(await total(namespace)).toBe(2);
      expect(await total(other)).toBe(1);
      expect(await store().rest(namespace, cut.before)).toEqual({ isToRemove: false, isInUse: true });
    });

    it('removes links that no memory took along', async () => {
      const namespace = freshNamespace();
      for (const to of [2, 3, 4]) await truth().links.writer.link(aLink(namespace, 1, to), 'none');
      const cut = { namespace, before: await cutNow() };
      await truth().links.writer.link(aLink(namespace, 1, 5), 'none');
      expect(await store().rest(namespace, cut.before)).toEqual({ isToRemove: true, isInUse: true });
      expect(await store().removeLinks(cut, 2)).toBe(2);
      expect(await store().removeLinks(cut, 2)).toBe(1);
      expect(await store().removeLinks(cut, 2)).toBe(0);
      expect(await store().rest(namespace, cut.before)).toEqual({ isToRemove: false, isInUse: true });
    });

    it('forgets what is derived', async () => {
      const namespace = freshNamespace();
      await truth().writer.write([aWrite(namespace, { coordinate: [1], importance: 7 })]);
      await truth().importances.count(namespace);
      await truth().writer.delete([{ namespace, key: '1', eventId: randomUUID() }]);
      await store().forgetRest(namespace);
      expect((await truth().importances.read(namespace)).state.count).toBe(0);
    });
  });
}
