import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { IndexUnavailableError, InvalidRequestError } from '../../model/errors.js';
import { applyIsolating } from './isolation.js';

describe('applying a batch with items that fail', () => {
  it('finds exactly those and applies all others, in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(500), { maxLength: 60 }), fc.func(fc.boolean()), async (items, isBad) => {
        const applied: number[] = [];
        const failed = await applyIsolating(items, async (together) => {
          const bad = together.find((item) => isBad(item));
          if (bad !== undefined) throw new Error(`bad ${bad}`);
          applied.push(...together);
        });
        expect(applied).toEqual(items.filter((item) => !isBad(item)));
        const bad = items.filter((item) => isBad(item));
        expect(failed).toEqual(bad.map((item) => ({ item, reason: `bad ${item}`, isPermanent: false })));
      }),
    );
  });

  it('tells content that can never be applied from failures of unknown cause', async () => {
    const failed = await applyIsolating([1, 2, 3], async ([item]) => {
      if (item === 1) throw new InvalidRequestError('payload', 'must be an object');
      if (item === 2) throw new TypeError('a bug');
    });
    expect(failed.map(({ item, isPermanent }) => [item, isPermanent])).toEqual([
      [1, true],
      [2, false],
    ]);
  });

  it('costs few attempts when one of many fails', async () => {
    let attempts = 0;
    const items = Array.from({ length: 512 }, (_, item) => item);
    await applyIsolating(items, async (together) => {
      attempts += 1;
      if (together.includes(77)) throw new Error('bad');
    });
    expect(attempts).toBeLessThanOrEqual(2 * Math.log2(512) + 1);
  });

  it('gives up as a whole when a server is away: no item is to blame', async () => {
    const failing = applyIsolating([1, 2, 3], async (together) => {
      if (together.length < 3) throw new IndexUnavailableError('away');
      throw new Error('bad');
    });
    await expect(failing).rejects.toThrow(IndexUnavailableError);
  });
});
