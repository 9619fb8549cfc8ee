import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { BEFORE_ALL_WRITES } from '../../model/write-position.js';
import { aDeletion, aWrite, freshNamespace, type TruthHarness } from '../truth-builders.js';

/** What every WritePositions adapter must do, with the positions that the writer gives. Call it inside a spec file. */
export function describeWritePositionsContract(adapter: string, truth: TruthHarness): void {
  const positionOf = async (...receipts: Promise<readonly { readonly position?: unknown }[]>[]) =>
    (await Promise.all(receipts)).flat().map(({ position }) => position);

  describe(`${adapter} as positions of writes`, () => {
    it('sees each write and deletion where its receipt says it stands, in the order of the ledger', async () => {
      const namespace = freshNamespace();
      const { writer, positions } = truth();
      const [one, two] = await writer.write([1, 2].map((x) => aWrite(namespace, { coordinate: [x] })));
      const [expecting] = await writer.write([aWrite(namespace, { coordinate: [3], expectedVersion: 0 })]);
      const [deleted] = await writer.delete([aDeletion(namespace, '1')]);
      const known = [one, two, expecting, deleted].flatMap((receipt) => receipt?.position ?? []);
      expect(known).toHaveLength(4);
      // One transaction, one position.
      expect(known[0]).toEqual(known[1]);
      const numbers = known.slice(1).map(({ seq }) => seq);
      expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
      for (const position of known) expect(await positions.standing(position)).toBe('seen');
      expect((await positions.newest()).seq).toBeGreaterThanOrEqual(numbers.at(-1) ?? Infinity);
      expect(await positions.standing(await positions.newest())).toBe('seen');
    });

    it('knows no write that is yet to come, that another ledger had, or that was left out', async () => {
      const namespace = freshNamespace();
      const { writer, positions } = truth();
      const [written] = await positionOf(writer.write([aWrite(namespace)]));
      const { seq, eventId } = written as { seq: number; eventId: string };
      expect(await positions.standing({ seq: seq + 1_000_000, eventId: randomUUID() })).toBe('unknown');
      expect(await positions.standing({ seq, eventId: randomUUID() })).toBe('unknown');
      expect(await positions.standing({ seq: seq + 1_000_000, eventId })).toBe('unknown');
      expect(await positions.standing(BEFORE_ALL_WRITES)).toBe('seen');
      expect(await positionOf(writer.delete([aDeletion(namespace, '404')]))).toEqual([]);
    });
  });
}
