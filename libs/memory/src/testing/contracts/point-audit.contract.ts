import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../model/json.js';
import { EMPTY_OVERLAY, type IndexPoint } from '../../index-model/index-point.js';
import type { VectorIndex } from '../../index-model/vector-index.port.js';
import type { HeldPoint, PointAudit, PointVersion } from '../../verify/ports/point-audit.port.js';
import { pointDigest } from '../../verify/digests/point-digest.js';
import { isSameVector } from '../../verify/same-vector.js';
import { aPoint, removalOf, TEST_NOW_MS, upsertOf } from '../builders.js';
import { CONTRACT_DIMENSION } from '../index-history.js';
import { unitVector } from '../seeded-random.js';
import { WRITTEN_PAYLOAD } from '../written-numbers.js';
import { toNamespace } from '../../model/namespace.js';

const UNKNOWN = toNamespace('unknown');

/** A vector index and what audits it. */
export interface AuditedIndex {
  readonly index: VectorIndex;
  readonly audit: PointAudit;
}

/** How a suite gets a fresh, empty index for vectors of `CONTRACT_DIMENSION` dimensions. */
export interface PointAuditHarness {
  create(): Promise<AuditedIndex>;
  destroy?(audited: AuditedIndex): Promise<void>;
}

const NAMESPACE = toNamespace('audited_ns');
const VECTOR = unitVector(Array.from({ length: CONTRACT_DIMENSION }, (_, dimension) => dimension + 1));

/** What every PointAudit adapter must do. Call it inside a spec file. */
export function describePointAuditContract(adapter: string, harness: PointAuditHarness): void {
  describe(`${adapter} as a point audit`, () => {
    let audited: AuditedIndex;
    const store = (key: string, version: number, details: Partial<IndexPoint> = {}) =>
      audited.index.apply(NAMESPACE, [upsertOf(aPoint({ key, id: version, version, vector: VECTOR, ...details }))]);
    const digest = pointDigest('semantic', {});
    /** Servers round vectors: what is held counts as what was stored when it is the same but for that. */
    const placed = ({ key, version, digest: content, vector }: HeldPoint) => {
      const isStored = isSameVector(vector, VECTOR);
      return { key, version, digest: content, vector: vector === null ? null : isStored ? 'stored' : 'another' };
    };
    const scanned = async (namespace = NAMESPACE): Promise<HeldPoint[]> => {
      const versions: PointVersion[] = [];
      for await (const batch of audited.audit.scan(namespace)) versions.push(...batch);
      const keys = versions.map(({ key }) => key);
      const points = [...(await audited.audit.held(namespace, keys))];
      expect(new Set(points.map(versionOf))).toEqual(new Set(versions.map(versionOf)));
      expect(points).toHaveLength(versions.length);
      return points.sort((a, b) => (a.key < b.key ? -1 : 1));
    };
    const versionOf = ({ key, version }: PointVersion) => `${key} ${version}`;
    const found = async () => {
      const query = { vector: VECTOR, limit: 10, nowMs: TEST_NOW_MS };
      return (await audited.index.search(NAMESPACE, query, EMPTY_OVERLAY)).map(({ key }) => key).sort();
    };

    beforeEach(async () => {
      audited = await harness.create();
    });
    afterEach(async () => {
      await harness.destroy?.(audited);
    });

    it('finds nothing in a namespace that is not there', async () => {
      expect(await scanned(UNKNOWN)).toEqual([]);
      expect(await audited.audit.held(UNKNOWN, ['1'])).toEqual([]);
      await audited.audit.evict(UNKNOWN, ['1']);
      expect(await audited.index.count(UNKNOWN)).toBe(0);
    });

    it('scans every point with its version, those without a vector too, and of this namespace only', async () => {
      await store('a', 1);
      await store('b', 2, { vector: null });
      await store('b', 3, { vector: null });
      await store('c', 4);
      await audited.index.apply(NAMESPACE, [removalOf('c', 5)]);
      await audited.index.apply(toNamespace('other'), [upsertOf(aPoint({ key: 'd', vector: VECTOR }))]);
      expect((await scanned()).map(placed)).toEqual([
        { key: 'a', version: 1, digest, vector: 'stored' },
        { key: 'b', version: 3, digest, vector: null },
      ]);
    });

    it('tells type and payload apart, as the caller gave them', async () => {
      const payloads: JsonObject[] = [
        {},
        { text: 'a' },
        { text: 'a', coordinate: 'mine', memory_type: 'mine', __sfm: { key: 'mine' } },
        { number: 0.1, large: 9007199254740991, small: -3.0107538443640857e-121, deep: [{ none: null }, -0, []] },
        WRITTEN_PAYLOAD,
      ];
      const types = ['semantic', 'episodic'] as const;
      const contents = payloads.flatMap((payload) => types.map((type) => ({ type, payload })));
      for (const [number, content] of contents.entries()) await store(`k${number}`, 1, content);
      const expected = contents.map(({ type, payload }) => pointDigest(type, payload));
      expect(new Set(expected).size).toBe(contents.length);
      expect((await scanned()).map((point) => point.digest)).toEqual(expected);
      const held = await audited.audit.held(NAMESPACE, ['k5']);
      expect(held.map(placed)).toEqual([{ key: 'k5', version: 1, digest: expected[5], vector: 'stored' }]);
    });

    it('tells vectors apart by their components', async () => {
      const [first = 0, second = 0, ...rest] = VECTOR;
      const vectors = [VECTOR, unitVector([second, first, ...rest]), unitVector([first + 0.0001, second, ...rest])];
      for (const [number, vector] of vectors.entries()) await store(`k${number}`, 1, { vector });
      const held = await scanned();
      expect(held.map(({ vector }, number) => isSameVector(vector, vectors[number] ?? []))).toEqual(
        vectors.map(() => true),
      );
      expect(held.map(placed).map(({ vector }) => vector)).toEqual(['stored', 'another', 'another']);
    });

    it('tells when a memory was made, when it expires and when it holds, and which one it is', async () => {
      await store('a', 1, { id: 7, createdAtMs: 1_700_000_000_123, expiresAtMs: 4_000_000_000_456 });
      const validity = { fromMs: -5, toMs: 4_000_000_000_456, supersededAtMs: 7 };
      await store('b', 1, { id: 8, createdAtMs: 5, expiresAtMs: null, validity });
      expect(await scanned()).toMatchObject([
        { id: 7, createdAtMs: 1_700_000_000_123, expiresAtMs: 4_000_000_000_456 },
        { id: 8, createdAtMs: 5, expiresAtMs: null, validity },
      ]);
      expect((await scanned())[0]).not.toHaveProperty('validity');
    });

    it('scans each of many points once', async () => {
      const keys = Array.from({ length: 2500 }, (_, number) => `k${number}`);
      await audited.index.apply(
        NAMESPACE,
        keys.map((key, id) => upsertOf(aPoint({ key, id, version: 7, vector: VECTOR }))),
      );
      const points = await scanned();
      expect(points.map(({ key }) => key)).toEqual(keys.toSorted());
      expect(new Set(points.map(({ version }) => version))).toEqual(new Set([7]));
    });

    it('tells which of the asked keys it holds', async () => {
      await store('a', 1);
      await store('b', 2);
      await audited.index.apply(NAMESPACE, [removalOf('b', 3)]);
      const held = await audited.audit.held(NAMESPACE, ['a', 'b', 'never']);
      expect(held.map(placed)).toEqual([{ key: 'a', version: 1, digest, vector: 'stored' }]);
      expect(await audited.audit.held(NAMESPACE, [])).toEqual([]);
    });

    it('evicts whatever the version, and takes any version afterwards', async () => {
      await store('a', 9);
      await store('b', 9);
      await audited.audit.evict(NAMESPACE, ['a', 'never']);
      expect(await found()).toEqual(['b']);
      expect(await audited.index.count(NAMESPACE)).toBe(1);
      await store('a', 2);
      expect((await scanned()).map(placed)).toEqual([
        { key: 'a', version: 2, digest, vector: 'stored' },
        { key: 'b', version: 9, digest, vector: 'stored' },
      ]);
      expect(await found()).toEqual(['a', 'b']);
    });

    it('takes any version of an evicted key that had been removed before', async () => {
      await store('a', 1);
      await audited.index.apply(NAMESPACE, [removalOf('a', 5)]);
      await audited.audit.evict(NAMESPACE, ['a']);
      await store('a', 3);
      expect((await scanned()).map(placed)).toEqual([{ key: 'a', version: 3, digest, vector: 'stored' }]);
    });
  });
}
