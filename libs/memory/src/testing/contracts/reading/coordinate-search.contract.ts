import { describe, expect, it } from '@jest/globals';
import { coordinateKey, type Coordinate } from '../../../model/coordinate.js';
import { distanceBetween } from '../../../model/distance.js';
import type { Namespace } from '../../../model/namespace.js';
import type { CoordinateBox, NearestQuery } from '../../../read/coordinate-search.port.js';
import { seededRandom } from '../../seeded-random.js';
import type { ValidityQuery } from '../../../model/validity.js';
import { aDeletion, storeInto, type TruthHarness, type WriteDetails } from '../../truth-builders.js';

const NOON = Date.UTC(2024, 0, 1, 12);
const said = (fromMs: number | null, toMs: number | null, supersedes: readonly string[] = []) => ({
  validity: { fromMs, toMs, supersedes, supersededBy: {}, supersededAtMs: null },
});
/** One that is over at noon, one that begins a moment later, and one that another takes the place of at noon. */
const HOLDING: readonly WriteDetails[] = [said(null, NOON), said(NOON + 1, null), {}, said(NOON, null, ['0,2'])];

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

  describe(`${adapter} as a search for the nearest`, () => {
    const nearest = (namespace: Namespace, query: NearestQuery) => truth().coordinates.nearest(namespace, query, now());
    const keys = async (namespace: Namespace, query: NearestQuery) =>
      (await nearest(namespace, query)).places.map(({ key }) => key);

    it('finds what comparing with every coordinate finds, in any number of dimensions', async () => {
      for (const [dimensions, seed] of [
        [1, 1],
        [2, 2],
        [3, 3],
        [6, 4],
      ] as const) {
        const random = seededRandom(seed);
        // A coarse grid in the first number, so that many have the same; whole numbers, so that distances tie.
        const point = () =>
          Array.from({ length: dimensions }, (_, axis) => Math.floor(random() * (axis === 0 ? 8 : 200)));
        const places = new Map<string, Coordinate>();
        while (places.size < (dimensions === 1 ? 8 : 400)) {
          const coordinate = point();
          places.set(coordinateKey(coordinate), coordinate);
        }
        const namespace = await store(...[...places.values()].map((coordinate) => ({ coordinate })));
        for (const limit of [1, 5, 37]) {
          const to = point();
          const all = [...places].map(([key, coordinate]) => ({ key, distance: distanceBetween(to, coordinate) }));
          // Stable: ties stay in creation order.
          const expected = all.sort((a, b) => a.distance - b.distance).slice(0, limit);
          expect(await nearest(namespace, { to, limit })).toEqual({ places: expected, isComplete: true });
        }
      }
    });

    it('compares only coordinates of as many dimensions', async () => {
      const namespace = await store({ coordinate: [1] }, { coordinate: [1, 0] }, { coordinate: [1, 0, 0] });
      expect(await keys(namespace, { to: [1, 0], limit: 9 })).toEqual(['1,0']);
      expect(await keys(namespace, { to: [1, 0, 0, 0], limit: 9 })).toEqual([]);
    });

    it('knows filters, a largest distance, and what is gone', async () => {
      const expired = new Date(Date.now() - 1000);
      const namespace = await store(
        { coordinate: [0, 0], expiresAt: expired },
        { coordinate: [0, 1], type: 'episodic' },
        { coordinate: [0, 2], payload: { room: 'attic' } },
        { coordinate: [3, 4], payload: { room: 'attic' } },
        { coordinate: [0, 3] },
      );
      await truth().writer.delete([aDeletion(namespace, '0,3')]);
      const to = [0, 0];
      expect(await keys(namespace, { to, limit: 9 })).toEqual(['0,1', '0,2', '3,4']);
      expect(await keys(namespace, { to, limit: 9, maxDistance: 2 })).toEqual(['0,1', '0,2']);
      expect(await keys(namespace, { to, limit: 1, filter: { type: 'semantic' } })).toEqual(['0,2']);
      const attic = { payload: [{ path: ['room'], equals: 'attic' }] };
      expect(await nearest(namespace, { to, limit: 9, filter: attic, maxDistance: 5 })).toEqual({
        places: [
          { key: '0,2', distance: 2 },
          { key: '3,4', distance: 5 },
        ],
        isComplete: true,
      });
      expect(await keys(await store(), { to, limit: 1 })).toEqual([]);
    });

    it('finds only what holds at the time asked for', async () => {
      const namespace = await store(...[0, 1, 2, 3].map((y) => ({ coordinate: [0, y], ...HOLDING[y] })));
      const near = (valid?: ValidityQuery) => keys(namespace, { to: [0, 0], limit: 2, ...(valid && { valid }) });
      expect(await near()).toEqual(['0,0', '0,1']);
      expect(await near({ atMs: NOON, withSuperseded: false })).toEqual(['0,3']);
      expect(await near({ atMs: NOON, withSuperseded: true })).toEqual(['0,2', '0,3']);
      expect(await near({ atMs: NOON - 1, withSuperseded: false })).toEqual(['0,0', '0,2']);
      expect(await near({ atMs: NOON + 1, withSuperseded: false })).toEqual(['0,1', '0,3']);
    });

    it('measures distances whose squares no double holds', async () => {
      const [tiny, huge] = [1e-200, 1e200];
      const namespace = await store(
        { coordinate: [huge, huge] },
        { coordinate: [tiny, tiny] },
        { coordinate: [-1.7e308, 0] },
      );
      const { places } = await nearest(namespace, { to: [0, 0], limit: 3 });
      expect(places.map(({ key }) => key)).toEqual(['1e-200,1e-200', '1e+200,1e+200', '-1.7e+308,0']);
      expect(places.map(({ distance }) => distance)).toEqual([Math.SQRT2 * tiny, Math.SQRT2 * huge, 1.7e308]);
      expect((await nearest(namespace, { to: [1.7e308, 0], limit: 3 })).places.at(-1)).toEqual({
        key: '-1.7e+308,0',
        distance: Number.MAX_VALUE,
      });
    });
  });
}
