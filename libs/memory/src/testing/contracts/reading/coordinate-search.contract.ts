import { describe, expect, it } from '@jest/globals';
import type { Namespace } from '../../../model/namespace.js';
import type { CoordinateBox } from '../../../read/coordinate-search.port.js';
import { storeInto, type TruthHarness } from '../../truth-builders.js';

/** What every CoordinateSearch adapter must do. Call it inside a spec file. */
export function describeCoordinateSearchContract(adapter: string, truth: TruthHarness): void {
  const now = () => new Date();
  const store = storeInto(truth);
  const range = async (namespace: Namespace, box: CoordinateBox) =>
    (await truth().coordinates.range(namespace, { ...box, limit: 100 }, now())).coordinates;

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
      const box = { min: [0, 0], max: [3, 3] };
      expect(await range(namespace, box)).toEqual([
        [3, 3],
        [0, 0],
        [1, 2],
      ]);
    });

    it('compares only the leading dimensions that both have', async () => {
      const namespace = await store({ coordinate: [1] }, { coordinate: [1, 50] }, { coordinate: [9, 1, 1] });
      expect(await range(namespace, { min: [0, 0], max: [5, 10] })).toEqual([[1]]);
      expect(await range(namespace, { min: [0], max: [5] })).toEqual([[1], [1, 50]]);
      expect(await range(namespace, { min: [0, 0], max: [9] })).toHaveLength(3);
    });

    it('can ask for one type', async () => {
      const namespace = await store({ type: 'episodic' }, { type: 'semantic' });
      expect(await range(namespace, { min: [0], max: [9], type: 'episodic' })).toEqual([[1]]);
    });

    it('continues where a page ended', async () => {
      const namespace = await store(...[1, 2, 30, 3].map((x) => ({ coordinate: [x] })));
      const query = { min: [0], max: [9], limit: 2 };
      const first = await truth().coordinates.range(namespace, query, now());
      expect(first.coordinates).toEqual([[1], [2]]);
      const rest = await truth().coordinates.range(namespace, { ...query, after: first.next }, now());
      expect(rest).toEqual({ coordinates: [[3]] });
    });
  });
}
