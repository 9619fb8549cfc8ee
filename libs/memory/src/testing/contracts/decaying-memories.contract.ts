import { describe, expect, it } from '@jest/globals';
import type { DecayRules } from '../../lifecycle/rules/decay.js';
import type { JsonObject } from '../../model/json.js';
import type { Namespace } from '../../model/namespace.js';
import type { ListPosition } from '../../read/list-position.js';
import { aWrite, freshNamespace, nextMillisecond, type TruthHarness } from '../truth-builders.js';

/** What every DecayingMemories adapter must do. Call it inside a spec file. */
export function describeDecayingMemoriesContract(adapter: string, truth: TruthHarness): void {
  const levels = (afterSeconds: number): DecayRules => ({
    levels: [{ afterSeconds, keys: ['raw', 'log'] }],
    isScored: false,
  });
  const allOf = async (namespace: Namespace, rules: DecayRules) => {
    const found = [];
    let after: ListPosition | undefined;
    do {
      const page = await truth().lifecycle.decaying.page(namespace, rules, after);
      found.push(...page.memories);
      after = page.next;
    } while (after);
    return found;
  };

  describe(`${adapter} as the way to what decays`, () => {
    it('finds each memory with a key to lose that is old enough, page by page', async () => {
      const namespace = freshNamespace();
      const payload = (index: number): JsonObject => (index % 10 === 0 ? { text: 'x', log: index } : { text: 'x' });
      const writes = Array.from({ length: 1300 }, (_, index) =>
        aWrite(namespace, { coordinate: [index], payload: payload(index) }),
      );
      await truth().writer.write(writes);
      await nextMillisecond();
      const found = await allOf(namespace, levels(0));
      expect(found.map(({ memory }) => memory.payload['log'])).toEqual(
        Array.from({ length: 130 }, (_, index) => index * 10),
      );
      expect(found[0]?.facts).toEqual({
        ageSeconds: expect.any(Number),
        idleSeconds: expect.any(Number),
        accessCount: 0,
      });
      expect(await allOf(namespace, levels(3600))).toEqual([]);
      expect(await allOf(namespace, { levels: [], isScored: true })).toEqual([]);
    });

    it('leaves out what is deleted or expired, and other namespaces', async () => {
      const namespace = freshNamespace();
      await truth().writer.write([
        aWrite(namespace, { coordinate: [1], payload: { raw: 1 } }),
        aWrite(namespace, { coordinate: [2], payload: { raw: 1 }, expiresAt: new Date(Date.now() - 1000) }),
        aWrite(namespace, { coordinate: [3], payload: { raw: 1 } }),
        aWrite(freshNamespace(), { coordinate: [4], payload: { raw: 1 } }),
      ]);
      await truth().writer.delete([{ namespace, key: '3', eventId: '0190a8c5-7d0f-7c3e-8b7a-2f6d1f6f0c11' }]);
      await nextMillisecond();
      expect((await allOf(namespace, levels(0))).map(({ memory }) => memory.key)).toEqual(['1']);
    });

    it('finds by score what is worth too little, and tells how often it was read', async () => {
      const namespace = freshNamespace();
      await truth().writer.write([
        // As worthless as one that nobody touched for years.
        aWrite(namespace, { coordinate: [1], payload: { text: 'a' }, importance: -5 }),
        aWrite(namespace, { coordinate: [2], payload: { importance: -5 }, importance: -5 }),
        aWrite(namespace, { coordinate: [3], payload: { text: 'b' }, importance: 2 }),
        aWrite(namespace, { coordinate: [4], payload: { text: 'c' }, importance: -1.5 }),
      ]);
      for (const _ of [1, 2, 3]) await truth().accesses.touch(namespace, ['1', '4'], new Date());
      await nextMillisecond();
      const found = await allOf(namespace, { levels: [], isScored: true });
      expect(found.map(({ memory, facts }) => [memory.key, facts.accessCount])).toEqual([['1', 3]]);
    });
  });
}
