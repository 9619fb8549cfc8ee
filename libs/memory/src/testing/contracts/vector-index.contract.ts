import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { matchesFilter } from '../../model/filter.js';
import { isValid } from '../../model/validity.js';
import { EMPTY_OVERLAY, type IndexPoint, type Overlay } from '../../index-model/index-point.js';
import type { VectorIndex, VectorQuery } from '../../index-model/vector-index.port.js';
import { anOverlay, aPoint, removalOf, TEST_NOW_MS, upsertOf } from '../builders.js';
import {
  CONTRACT_DIMENSION,
  contractVector,
  indexHistories,
  memoryFilters,
  validityQueries,
  rankingFault,
  type TrueScore,
} from '../index-history.js';
import { seededRandom, unitVector } from '../seeded-random.js';
import { toNamespace } from '../../model/namespace.js';

const UNKNOWN = toNamespace('unknown');
const NAMESPACE_A = toNamespace('a');

/** How a suite gets a fresh index. */
export interface VectorIndexHarness {
  /** An empty index for vectors of `CONTRACT_DIMENSION` dimensions. */
  create(): Promise<VectorIndex>;
  destroy?(index: VectorIndex): Promise<void>;
  /** How far scores may be from the exact cosine. Default 1e-6. */
  readonly scoreTolerance?: number;
  /** Random histories to try per property. Default 200. */
  readonly runs?: number;
}

const NAMESPACE = toNamespace('contract_ns');

/** Points in the plane of the first two dimensions, at an angle in degrees: cosines are easy to see. */
function atAngle(degrees: number): Float32Array {
  const radians = (degrees * Math.PI) / 180;
  return unitVector([Math.cos(radians), Math.sin(radians), ...Array.from({ length: CONTRACT_DIMENSION - 2 }, () => 0)]);
}

function aQuery(details: Partial<VectorQuery> = {}): VectorQuery {
  return { vector: atAngle(0), limit: 10, nowMs: TEST_NOW_MS, ...details };
}

/** Brute force over the live points. */
function trueScores(points: readonly IndexPoint[], query: VectorQuery): TrueScore[] {
  return points.flatMap(({ vector, ...point }) => {
    const isExpired = point.expiresAtMs !== null && point.expiresAtMs <= query.nowMs;
    if (!vector?.some((component) => component !== 0) || isExpired) return [];
    if (!isValid(point.validity, query.valid) || !matchesFilter(query.filter, point)) return [];
    const score = vector.reduce((sum, component, dimension) => sum + component * (query.vector[dimension] ?? 0), 0);
    return [{ key: point.key, id: point.id, score }];
  });
}

/** What every VectorIndex adapter must do. Call it inside a spec file. */
export function describeVectorIndexContract(adapter: string, harness: VectorIndexHarness): void {
  const tolerance = harness.scoreTolerance ?? 1e-6;

  describe(`${adapter} as a vector index`, () => {
    let index: VectorIndex;
    const keysFor = async (query = aQuery(), overlay: Overlay = EMPTY_OVERLAY, namespace = NAMESPACE) =>
      (await index.search(namespace, query, overlay)).map(({ key }) => key);
    const store = (...points: IndexPoint[]) => index.apply(NAMESPACE, points.map(upsertOf));

    beforeEach(async () => {
      index = await harness.create();
    });
    afterEach(async () => {
      await harness.destroy?.(index);
    });

    it('answers nothing for a namespace it never saw', async () => {
      expect(await index.search(UNKNOWN, aQuery(), EMPTY_OVERLAY)).toEqual([]);
      expect(await index.count(UNKNOWN)).toBe(0);
      await index.clear(UNKNOWN);
    });

    it('ranks by cosine, opposite directions last', async () => {
      await store(
        aPoint({ key: '1', id: 1, vector: atAngle(180) }),
        aPoint({ key: '2', id: 2, vector: atAngle(60) }),
        aPoint({ key: '3', id: 3, vector: atAngle(0) }),
      );
      const found = await index.search(NAMESPACE, aQuery(), EMPTY_OVERLAY);
      expect(found.map(({ key }) => key)).toEqual(['3', '2', '1']);
      for (const [rank, cosine] of [1, 0.5, -1].entries()) {
        expect(Math.abs((found[rank]?.score ?? 9) - cosine)).toBeLessThanOrEqual(tolerance);
      }
    });

    it('breaks ties by id, in the index and in the overlay alike', async () => {
      await store(aPoint({ key: 'b', id: 5, vector: atAngle(30) }), aPoint({ key: 'a', id: 9, vector: atAngle(30) }));
      const overlay = anOverlay([
        aPoint({ key: 'c', id: 2, vector: atAngle(30) }),
        aPoint({ key: 'd', id: 7, vector: atAngle(30) }),
      ]);
      expect(await keysFor(aQuery(), overlay)).toEqual(['c', 'b', 'd', 'a']);
      expect(await keysFor(aQuery({ limit: 3 }), overlay)).toEqual(['c', 'b', 'd']);
    });

    it('never returns points without a vector, nor anything for a zero query, but counts them', async () => {
      await store(
        aPoint({ key: '1', id: 1, vector: null }),
        aPoint({ key: '2', id: 2, vector: new Float32Array(CONTRACT_DIMENSION) }),
        aPoint({ key: '3', id: 3, vector: atAngle(10) }),
      );
      expect(await keysFor()).toEqual(['3']);
      expect(await keysFor(aQuery({ vector: new Float32Array(CONTRACT_DIMENSION) }))).toEqual([]);
      expect(await index.count(NAMESPACE)).toBe(3);
    });

    it('forgets a vector that a newer version no longer has', async () => {
      await store(aPoint({ version: 1, vector: atAngle(0) }));
      await store(aPoint({ version: 2, vector: null }));
      expect(await keysFor()).toEqual([]);
    });

    it('ignores versions that are not newer, removals included', async () => {
      await store(aPoint({ version: 3, vector: atAngle(0) }));
      await store(aPoint({ version: 2, vector: null }), aPoint({ version: 3, vector: null }));
      await index.apply(NAMESPACE, [removalOf('1', 3), removalOf('1', 2)]);
      expect(await keysFor()).toEqual(['1']);
    });

    it('does not bring a removed memory back when an older version arrives late, but takes a newer one', async () => {
      await index.apply(NAMESPACE, [removalOf('1', 4), upsertOf(aPoint({ version: 3, vector: atAngle(0) }))]);
      expect(await keysFor()).toEqual([]);
      expect(await index.count(NAMESPACE)).toBe(0);
      await store(aPoint({ version: 5, vector: atAngle(0) }));
      expect(await keysFor()).toEqual(['1']);
      expect(await index.count(NAMESPACE)).toBe(1);
    });

    it('hides expired points from the moment of expiry on', async () => {
      await store(aPoint({ vector: atAngle(0), expiresAtMs: TEST_NOW_MS }));
      expect(await keysFor(aQuery({ nowMs: TEST_NOW_MS - 1 }))).toEqual(['1']);
      expect(await keysFor(aQuery({ nowMs: TEST_NOW_MS }))).toEqual([]);
    });

    it('returns the best that hold at the time wanted, however many that do not are nearer', async () => {
      const over = { fromMs: null, toMs: TEST_NOW_MS, supersededAtMs: null };
      const superseded = { fromMs: null, toMs: null, supersededAtMs: TEST_NOW_MS };
      const ahead = { fromMs: TEST_NOW_MS + 1, toMs: null, supersededAtMs: null };
      const points = Array.from({ length: 200 }, (_, number) =>
        aPoint({
          key: String(number),
          id: number,
          vector: atAngle(number / 4),
          ...(number % 50 === 49 ? {} : { validity: [superseded, over, ahead][number % 3] ?? superseded }),
        }),
      );
      await store(...points);
      const at = (atMs: number, withSuperseded = false) => ({ limit: 3, valid: { atMs, withSuperseded } });
      expect(await keysFor(aQuery(at(TEST_NOW_MS)))).toEqual(['49', '99', '149']);
      expect(await keysFor(aQuery(at(TEST_NOW_MS - 1)))).toEqual(['0', '1', '3']);
      expect(await keysFor(aQuery(at(TEST_NOW_MS, true)))).toEqual(['0', '3', '6']);
      expect(await keysFor(aQuery(at(TEST_NOW_MS + 1)))).toEqual(['2', '5', '8']);
      expect(await keysFor(aQuery({ limit: 3 }))).toEqual(['0', '1', '2']);
      const overlay = anOverlay([aPoint({ key: '0', id: 0, version: 2, vector: atAngle(0) }), points[1] ?? aPoint()]);
      expect(await keysFor(aQuery(at(TEST_NOW_MS)), overlay)).toEqual(['0', '49', '99']);
      expect(await keysFor(aQuery({ ...at(TEST_NOW_MS), limit: 10 }), overlay)).toEqual([
        '0',
        '49',
        '99',
        '149',
        '199',
      ]);
    });

    it('returns fewer than the limit only if fewer match the filter', async () => {
      const points = Array.from({ length: 200 }, (_, number) =>
        aPoint({
          key: String(number),
          id: number,
          vector: atAngle(number / 2),
          payload: { rare: number % 50 === 49 },
        }),
      );
      await store(...points);
      const filter = { payload: [{ path: ['rare'], equals: true }] };
      expect(await keysFor(aQuery({ limit: 3, filter }))).toEqual(['49', '99', '149']);
      expect(await keysFor(aQuery({ limit: 10, filter }))).toEqual(['49', '99', '149', '199']);
      expect(await keysFor(aQuery({ limit: 0 }))).toEqual([]);
    });

    it('keeps namespaces apart and clears only one', async () => {
      await index.apply(NAMESPACE_A, [upsertOf(aPoint({ key: 'in-a', vector: atAngle(0) }))]);
      await index.apply(toNamespace('tenant @b/+=~ü'), [upsertOf(aPoint({ key: 'in-b', vector: atAngle(0) }))]);
      expect(await keysFor(aQuery(), EMPTY_OVERLAY, NAMESPACE_A)).toEqual(['in-a']);
      await index.clear(NAMESPACE_A);
      expect(await keysFor(aQuery(), EMPTY_OVERLAY, NAMESPACE_A)).toEqual([]);
      expect(await index.count(NAMESPACE_A)).toBe(0);
      expect(await keysFor(aQuery(), EMPTY_OVERLAY, toNamespace('tenant @b/+=~ü'))).toEqual(['in-b']);
    });

    it('takes a rebuild after a clear, whatever versions it had', async () => {
      await index.apply(NAMESPACE, [upsertOf(aPoint({ version: 7, vector: atAngle(0) }))]);
      await index.clear(NAMESPACE);
      await store(aPoint({ version: 2, vector: atAngle(0) }));
      expect(await keysFor()).toEqual(['1']);
    });

    it('applies concurrent batches in the order they were given', async () => {
      const batches = [1, 2, 3, 4].map((version) =>
        store(aPoint({ version, vector: version === 4 ? atAngle(0) : null })),
      );
      const cleared = index.clear(NAMESPACE);
      const afterwards = store(aPoint({ key: '2', id: 2, version: 1, vector: atAngle(0) }));
      await Promise.all([...batches, cleared, afterwards]);
      expect(await keysFor()).toEqual(['2']);
    });

    it('answers exactly like brute force, for any history, filter and overlay', async () => {
      await fc.assert(
        fc.asyncProperty(
          indexHistories(),
          memoryFilters(),
          fc.nat(),
          fc.integer({ min: 1, max: 14 }),
          validityQueries(),
          async (history, filter, seed, limit, valid) => {
            const vector = contractVector(seededRandom(seed));
            const query = aQuery({ vector, filter, limit, ...(valid && { valid }) });
            await index.clear(NAMESPACE);
            await index.apply(NAMESPACE, history.applied);
            const answer = await index.search(NAMESPACE, query, history.overlay);
            const truth = query.vector.some((component) => component !== 0) ? trueScores(history.live, query) : [];
            expect(rankingFault(answer, truth, limit, tolerance)).toBe('');
          },
        ),
        { numRuns: harness.runs ?? 200 },
      );
    });

    it('answers the same with an overlay as after applying it', async () => {
      await fc.assert(
        fc.asyncProperty(indexHistories(), memoryFilters(), fc.nat(), async (history, filter, seed) => {
          const query = aQuery({ vector: contractVector(seededRandom(seed)), filter, limit: 5 });
          await index.clear(NAMESPACE);
          await index.apply(NAMESPACE, history.applied);
          const before = await index.search(NAMESPACE, query, history.overlay);
          await index.apply(NAMESPACE, history.caughtUp);
          const after = await index.search(NAMESPACE, query, EMPTY_OVERLAY);
          expect(before.map(({ key }) => key)).toEqual(after.map(({ key }) => key));
          for (const [rank, { score }] of before.entries()) {
            expect(Math.abs(score - (after[rank]?.score ?? 9))).toBeLessThanOrEqual(tolerance);
          }
          expect(await index.count(NAMESPACE)).toBe(history.live.length);
        }),
        { numRuns: harness.runs ?? 200 },
      );
    });
  });
}
