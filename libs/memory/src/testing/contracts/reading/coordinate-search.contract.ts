import { describe, expect, it } from '@jest/globals';
import { storeInto, type TruthHarness } from '../../truth-builders.js';

/** What every CoordinateSearch adapter must do. Call it inside a spec file. */
export function describeCoordinateSearchContract(adapter: string, truth: TruthHarness): void {
  const now = () => new Date();
  const store = storeInto(truth);

  describe(`${adapter} as a search by coordinate`, () => {
    it('gives the coordinates inside a box, bounds included, in creation order', async () => {
      const namespace = await store(
        ...[
          [3, 3],
          [0, 0],
          [1, 2],
          [5, 5],
          [1, 9],
        ].map((coordinate) => ({ coordinate })),
      );
      const coordinates = await truth().coordinates.range(namespace, { min: [0, 0], max: [3, 3] }, now());
      expect(coordinates).toEqual([
        [3, 3],
        [0, 0],
        [1, 2],
      ]);
    });

    it('compares only the leading dimensions that both have', async () => {
      const namespace = await store({ coordinate: [1] }, { coordinate: [1, 50] }, { coordinate: [9, 1, 1] });
      expect(await truth().coordinates.range(namespace, { min: [0, 0], max: [5, 10] }, now())).toEqual([[1]]);
      expect(await truth().coordinates.range(namespace, { min: [0], max: [5] }, now())).toEqual([[1], [1, 50]]);
      expect(await truth().coordinates.range(namespace, { min: [0, 0], max: [9] }, now())).toHaveLength(3);
    });

    it('can ask for one type', async () => {
      const namespace = await store({ type: 'episodic' }, { type: 'semantic' });
      expect(await truth().coordinates.range(namespace, { min: [0], max: [9], type: 'episodic' }, now())).toEqual([
        [1],
      ]);
    });
  });
}
