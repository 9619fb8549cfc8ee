import { describe, expect, it } from '@jest/globals';
import { storeInto, type TruthHarness } from '../../truth-builders.js';

/** What every AccessCounter adapter must do. Call it inside a spec file. */
export function describeAccessCounterContract(adapter: string, truth: TruthHarness): void {
  const now = () => new Date();
  const store = storeInto(truth);

  describe(`${adapter} as a counter of accesses`, () => {
    it('notes accesses without a new version', async () => {
      const namespace = await store({}, {});
      const at = new Date(Date.UTC(2030, 0, 1));
      await truth().accesses.touch(namespace, ['1', '404'], at);
      await truth().accesses.touch(namespace, ['1', '2'], new Date(at.getTime() - 5_000));
      await truth().accesses.touch(namespace, [], at);
      const [one] = await truth().reader.findByKeys(namespace, ['1'], now());
      const [two] = await truth().reader.findByKeys(namespace, ['2'], now());
      expect(one).toMatchObject({ accessCount: 2, lastAccessedAt: at, version: 1 });
      expect(two).toMatchObject({ accessCount: 1, lastAccessedAt: new Date(at.getTime() - 5_000), version: 1 });
    });
  });
}
