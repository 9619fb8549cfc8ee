import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EMPTY_OVERLAY } from '../../index-model/index-point.js';
import type { VectorIndex } from '../../index-model/vector-index.port.js';
import type { VectorRebuild } from '../../verify/ports/vector-rebuild.port.js';
import { aPoint, removalOf, TEST_NOW_MS, upsertOf } from '../builders.js';
import { CONTRACT_DIMENSION } from '../index-history.js';
import { unitVector } from '../seeded-random.js';
import { toNamespace } from '../../model/namespace.js';

/** A vector index and what replaces it. */
export interface RebuiltIndex {
  readonly index: VectorIndex;
  readonly rebuild: VectorRebuild;
}

/** How a suite gets a fresh, empty index for vectors of `CONTRACT_DIMENSION` dimensions. */
export interface VectorRebuildHarness {
  create(): Promise<RebuiltIndex>;
  destroy?(rebuilt: RebuiltIndex): Promise<void>;
  /** False when searches may see a part of the draft while it is being published. Default true. */
  readonly publishesInOneStep?: boolean;
}

const NAMESPACE = toNamespace('rebuilt_ns');
const VECTOR = unitVector(Array.from({ length: CONTRACT_DIMENSION }, () => 1));

/** What every VectorRebuild adapter must do. Call it inside a spec file. */
export function describeVectorRebuildContract(adapter: string, harness: VectorRebuildHarness): void {
  describe(`${adapter} as a vector rebuild`, () => {
    let rebuilt: RebuiltIndex;
    const upserts = (keys: readonly string[], version = 1) =>
      keys.map((key, id) => upsertOf(aPoint({ key, id, version, vector: VECTOR })));
    const store = (keys: readonly string[], version = 1) => rebuilt.index.apply(NAMESPACE, upserts(keys, version));
    const found = async (namespace = NAMESPACE) => {
      const query = { vector: VECTOR, limit: 500, nowMs: TEST_NOW_MS };
      return (await rebuilt.index.search(namespace, query, EMPTY_OVERLAY)).map(({ key }) => key).sort();
    };

    beforeEach(async () => {
      rebuilt = await harness.create();
    });
    afterEach(async () => {
      await harness.destroy?.(rebuilt);
    });

    it('fills a draft that nobody sees until it is published', async () => {
      await store(['old', 'kept']);
      await rebuilt.index.apply(toNamespace('other'), upserts(['elsewhere']));
      const draft = await rebuilt.rebuild.begin(NAMESPACE);
      await draft.apply(upserts(['kept', 'new']));
      expect(await found()).toEqual(['kept', 'old']);
      expect(await rebuilt.index.count(NAMESPACE)).toBe(2);
      await draft.publish();
      expect(await found()).toEqual(['kept', 'new']);
      await draft.retireOld();
      expect(await found()).toEqual(['kept', 'new']);
      expect(await rebuilt.index.count(NAMESPACE)).toBe(2);
      expect(await found(toNamespace('other'))).toEqual(['elsewhere']);
    });

    it('makes the first index of a namespace', async () => {
      const draft = await rebuilt.rebuild.begin(NAMESPACE);
      await draft.apply(upserts(['first']));
      await draft.publish();
      await draft.retireOld();
      expect(await found()).toEqual(['first']);
    });

    it('publishes an empty draft', async () => {
      await store(['old']);
      const draft = await rebuilt.rebuild.begin(NAMESPACE);
      await draft.publish();
      await draft.retireOld();
      expect(await found()).toEqual([]);
      expect(await rebuilt.index.count(NAMESPACE)).toBe(0);
    });

    it('applies changes to the draft by version, as the index does', async () => {
      const draft = await rebuilt.rebuild.begin(NAMESPACE);
      await draft.apply([...upserts(['a', 'b'], 2), removalOf('b', 3)]);
      await draft.apply([...upserts(['b'], 2), removalOf('a', 1)]);
      await draft.publish();
      expect(await found()).toEqual(['a']);
    });

    it('takes changes after publishing, and again after another rebuild', async () => {
      for (const round of [1, 2, 3]) {
        const draft = await rebuilt.rebuild.begin(NAMESPACE);
        await draft.apply(upserts(['a'], round));
        await draft.publish();
        await draft.retireOld();
        await store([`later${round}`]);
        expect(await found()).toEqual(['a', `later${round}`]);
      }
    });

    it('leaves the index alone when a draft is discarded', async () => {
      await store(['old']);
      const draft = await rebuilt.rebuild.begin(NAMESPACE);
      await draft.apply(upserts(['new']));
      await draft.discard();
      expect(await found()).toEqual(['old']);
      await store(['later']);
      expect(await found()).toEqual(['later', 'old']);
    });

    it('frees what an interrupted rebuild left behind', async () => {
      await store(['old']);
      const interrupted = await rebuilt.rebuild.begin(NAMESPACE);
      await interrupted.apply(upserts(['lost']));
      const draft = await rebuilt.rebuild.begin(NAMESPACE);
      await draft.apply(upserts(['new']));
      expect(await found()).toEqual(['old']);
      await draft.publish();
      await draft.retireOld();
      expect(await found()).toEqual(['new']);
    });

    if (harness.publishesInOneStep === false) return;
    it('shows every search the old index or the new one, whole', async () => {
      const names = (prefix: string) => Array.from({ length: 50 }, (_, number) => `${prefix}${number}`).sort();
      await store(names('old'));
      const draft = await rebuilt.rebuild.begin(NAMESPACE);
      await draft.apply(upserts(names('new')));
      const seen: string[][] = [];
      let isPublished = false;
      const watching = (async () => {
        while (!isPublished) seen.push(await found());
        seen.push(await found());
      })();
      await draft.publish();
      await draft.retireOld();
      isPublished = true;
      await watching;
      for (const keys of seen) expect([names('old'), names('new')]).toContainEqual(keys);
      expect(seen.at(-1)).toEqual(names('new'));
    });
  });
}
