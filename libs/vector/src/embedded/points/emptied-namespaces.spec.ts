import { describe, expect, it } from '@jest/globals';
import { toNamespace } from '@sfm/memory';
import { aPoint, heapGrowth, removalOf, upsertOf } from '@sfm/memory/testing';
import { EmbeddedLexicalIndex } from '../lexical/embedded-lexical-index.js';
import { EmbeddedVectorIndex } from '../vectors/embedded-vector-index.js';
import { EmptiedNamespaces } from './emptied-namespaces.js';
import { PointTable } from './point-table.js';

const MEGABYTE = 1_048_576;

describe('what is left of namespaces without points', () => {
  it('is forgotten, the longest empty first, unless points came back', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => toNamespace(name)) as [ReturnType<typeof toNamespace>, ...never[]];
    const emptied = new EmptiedNamespaces(1);
    expect([emptied.note(a, 0), emptied.note(a, 1), emptied.note(b!, 0)]).toEqual([undefined, undefined, undefined]);
    expect(emptied.note(c!, 0)).toBe(b);
  });

  it.each([
    ['the lexical index', () => new EmbeddedLexicalIndex()],
    ['the vector index', () => new EmbeddedVectorIndex({ dimension: 2 })],
  ])(
    'takes a bounded room in %s',
    async (_, create) => {
      const index = create();
      const fillAndEmpty = async (from: number, to: number) => {
        for (let number = from; number < to; number += 1) {
          const namespace = toNamespace(`emptied-${number}`);
          await index.apply(namespace, [
            upsertOf(aPoint({ words: 'one two', vector: Float32Array.of(1, 0) })),
            removalOf('1', 2),
          ]);
        }
      };
      await fillAndEmpty(0, 1500);
      expect(await heapGrowth(() => fillAndEmpty(1500, 6500))).toBeLessThan(5 * MEGABYTE);
      const last = toNamespace('emptied-6499');
      await index.apply(last, [upsertOf(aPoint({ words: 'one two', vector: Float32Array.of(1, 0) }))]);
      expect(await index.count(last)).toBe(0);
    },
    60_000,
  );

  it('takes a bounded room in a namespace of which everything was removed', async () => {
    const table = new PointTable<object>();
    const fillAndEmpty = (from: number, to: number) => {
      for (let number = from; number < to; number += 1) {
        table.put(`key ${number}`, 1, {});
        table.remove(`key ${number}`, 2);
      }
    };
    fillAndEmpty(0, 20_000);
    expect(await heapGrowth(() => fillAndEmpty(20_000, 200_000))).toBeLessThan(5 * MEGABYTE);
    expect([table.isNewer('key 199999', 2), table.isNewer('key 199999', 3)]).toEqual([false, true]);
  });
});
