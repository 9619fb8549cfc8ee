import { describe, expect, it } from '@jest/globals';
import { storeInto, type TruthHarness } from '../../truth-builders.js';

/** What every ImportanceHistory adapter must do. Call it inside a spec file. */
export function describeImportanceHistoryContract(adapter: string, truth: TruthHarness): void {
  const store = storeInto(truth);

  describe(`${adapter} as a history of importances`, () => {
    it('gives the newest raw importances, newest last', async () => {
      const namespace = await store(...[5, null, -1.5, 9].map((importance) => ({ importance })));
      expect(await truth().importances.recentImportances(namespace, 10)).toEqual([5, -1.5, 9]);
      expect(await truth().importances.recentImportances(namespace, 2)).toEqual([-1.5, 9]);
    });
  });
}
