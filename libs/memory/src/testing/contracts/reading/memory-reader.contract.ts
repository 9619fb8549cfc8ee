import { describe, expect, it } from '@jest/globals';
import { aDeletion, freshNamespace, storeInto, type TruthHarness } from '../../truth-builders.js';

/** What every MemoryReader adapter must do. Call it inside a spec file. */
export function describeMemoryReaderContract(adapter: string, truth: TruthHarness): void {
  const now = () => new Date();
  const store = storeInto(truth);
  const keysOf = (memories: readonly { readonly key: string }[]) => memories.map(({ key }) => key);
  const inAnHour = () => new Date(Date.now() + 3_600_000);

  describe(`${adapter} as a memory reader`, () => {
    it('finds live memories by key and leaves out unknown, deleted and expired ones', async () => {
      const namespace = await store({}, {}, { expiresAt: inAnHour() }, {});
      await truth().writer.delete([aDeletion(namespace, '2')]);
      const found = await truth().reader.findByKeys(namespace, ['1', '2', '3', '404'], now());
      expect(keysOf(found).sort()).toEqual(['1', '3']);
      const later = await truth().reader.findByKeys(namespace, ['1', '3'], new Date(Date.now() + 7_200_000));
      expect(keysOf(later)).toEqual(['1']);
      expect(await truth().reader.findByKeys(namespace, [], now())).toEqual([]);
      expect(await truth().reader.findByKeys(freshNamespace(), ['1'], now())).toEqual([]);
    });

    it('outlines the same memories, and leaves nothing out but large payloads', async () => {
      // Random letters: what compresses well is small for the store.
      const large = { text: Array.from({ length: 20_000 }, () => Math.random().toString(36)[2] ?? '').join('') };
      const namespace = await store({ payload: { text: 'small' } }, { payload: large }, {}, { expiresAt: inAnHour() });
      await truth().writer.delete([aDeletion(namespace, '3')]);
      const later = new Date(Date.now() + 7_200_000);
      const asked = ['1', '2', '3', '4', '404'];
      const byKey = <T extends { readonly key: string }>(found: readonly T[]) =>
        [...found].sort((one, other) => one.key.localeCompare(other.key));
      const whole = byKey(await truth().reader.findByKeys(namespace, asked, now()));
      const outlines = byKey(await truth().reader.findOutlines(namespace, asked, now()));
      expect(keysOf(outlines)).toEqual(['1', '2', '4']);
      expect(outlines[1]?.payload).toBeUndefined();
      expect(outlines.map((outline) => ({ ...outline, payload: outline.payload ?? large }))).toEqual(whole);
      expect(keysOf(byKey(await truth().reader.findOutlines(namespace, asked, later)))).toEqual(['1', '2']);
      expect(await truth().reader.findOutlines(namespace, [], now())).toEqual([]);
    });
  });
}
