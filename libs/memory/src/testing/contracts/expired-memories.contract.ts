import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Namespace } from '../../model/namespace.js';
import { aWrite, drainAll, freshNamespace, type TruthHarness } from '../truth-builders.js';

/** Where a deletion stands, whatever the numbers are. */
const position = { seq: expect.any(Number), eventId: expect.any(String) };

/** What every ExpiredMemories adapter must do. Call it inside a spec file. */
export function describeExpiredMemoriesContract(adapter: string, truth: TruthHarness): void {
  const idsFor = (count: number) => Array.from({ length: count }, () => randomUUID());
  const ago = (ms: number) => new Date(Date.now() - ms);

  /** Stores expired memories at 1 to `count`, the one at 1 the longest expired. */
  const storeExpired = async (namespace: Namespace, count: number) => {
    const writes = Array.from({ length: count }, (_, index) =>
      aWrite(namespace, { coordinate: [index + 1], expiresAt: ago(3_600_000 - index) }),
    );
    await truth().writer.write(writes);
  };
  /** Removes what other tests left, so that a limit counts our own. */
  const removeAll = async () => {
    while ((await truth().expired.remove(idsFor(100))).length > 0);
  };

  describe(`${adapter} as the way out of expired memories`, () => {
    it('deletes expired memories and no others: tombstone, ledger row and event, as for any deletion', async () => {
      const namespace = freshNamespace();
      await truth().writer.write([
        aWrite(namespace, { coordinate: [1], expiresAt: ago(60_000) }),
        aWrite(namespace, { coordinate: [2], expiresAt: new Date(Date.now() + 3_600_000) }),
        aWrite(namespace, { coordinate: [3] }),
      ]);
      await drainAll(truth().outbox);
      const [eventId, ...others] = idsFor(100);
      const removed = await truth().expired.remove([eventId ?? '', ...others]);
      expect(removed.filter((receipt) => receipt.namespace === namespace)).toEqual([
        { namespace, key: '1', version: 2, position },
      ]);
      const rows = await truth().projection.rows(['1', '2', '3'].map((key) => ({ namespace, key })));
      expect(rows.filter(({ memory }) => memory === null)).toMatchObject([{ key: '1', version: 2, searchedText: '' }]);
      const events = (await drainAll(truth().outbox)).filter(({ event }) => event.namespace === namespace);
      expect(events).toMatchObject([{ key: '1', version: 2, event: { type: 'deleted' } }]);
      expect((await truth().expired.remove(idsFor(100))).filter((receipt) => receipt.namespace === namespace)).toEqual(
        [],
      );
    });

    it('deletes no more than there are event ids, the longest expired first', async () => {
      await removeAll();
      const namespace = freshNamespace();
      await storeExpired(namespace, 3);
      expect(await truth().expired.remove([])).toEqual([]);
      const ids = idsFor(2);
      expect(await truth().expired.remove(ids)).toEqual([
        { namespace, key: '1', version: 2, position },
        { namespace, key: '2', version: 2, position },
      ]);
      const events = (await drainAll(truth().outbox)).filter(({ event }) => event.type === 'deleted');
      expect(events.map(({ event }) => event.id)).toEqual(ids);
    });

    it('deletes each once, whatever many callers and writers do at the same time', async () => {
      const namespace = freshNamespace();
      await storeExpired(namespace, 60);
      const again = Array.from({ length: 30 }, (_, index) => aWrite(namespace, { coordinate: [2 * index + 1] }));
      const [, ...removed] = await Promise.all([
        truth().writer.write(again),
        ...Array.from({ length: 4 }, () => truth().expired.remove(idsFor(15))),
      ]);
      const keys = removed.flat().flatMap((receipt) => (receipt.namespace === namespace ? [receipt.key] : []));
      expect(new Set(keys).size).toBe(keys.length);
      await removeAll();
      const asked = Array.from({ length: 60 }, (_, index) => `${index + 1}`);
      const living = await truth().reader.findByKeys(namespace, asked, new Date());
      expect(living.map(({ key }) => Number(key)).sort((a, b) => a - b)).toEqual(again.map(({ key }) => Number(key)));
    });
  });
}
