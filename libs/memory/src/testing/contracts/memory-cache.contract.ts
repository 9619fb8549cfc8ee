import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { coordinateOfKey } from '../../model/coordinate.js';
import type { Memory } from '../../model/memory.js';
import type { MemoryCache } from '../../read/memory-cache.port.js';
import { WRITTEN_PAYLOAD } from '../written-numbers.js';
import { toNamespace } from '../../model/namespace.js';

const NAMESPACE_A = toNamespace('a');
const A_1 = toNamespace('a:1');
const NAMESPACE_B = toNamespace('b');

/** How a suite gets a fresh cache. */
export interface MemoryCacheHarness {
  /** An empty cache that keeps at least `capacity` memories and at most about twice as many. */
  create(capacity: number): Promise<MemoryCache>;
  destroy?(cache: MemoryCache): Promise<void>;
  /** What keeps the cache from growing for ever; the contract covers `entries`. @default 'entries' */
  readonly boundedBy?: 'entries' | 'time';
}

const NAMESPACE = toNamespace('contract_ns');

function memoryAt(key: string, version: number, namespace = NAMESPACE): Memory {
  const writtenAt = new Date(Date.UTC(2024, 0, 1) + version * 1000);
  return {
    id: 1,
    namespace,
    coordinate: coordinateOfKey(key),
    key,
    type: 'semantic',
    payload: { text: `version ${version}`, numbers: WRITTEN_PAYLOAD, list: [1, null, true] },
    importance: null,
    importanceNorm: 0.5,
    version,
    contentHash: `hash-${version}`,
    createdAt: new Date(Date.UTC(2024, 0, 1)),
    updatedAt: writtenAt,
    lastAccessedAt: null,
    accessCount: 0,
    expiresAt: null,
  };
}

/** What every MemoryCache adapter must do. Call it inside a spec file. */
export function describeMemoryCacheContract(adapter: string, harness: MemoryCacheHarness): void {
  describe(`${adapter} as a memory cache`, () => {
    let cache: MemoryCache;
    const versionAt = async (key: string, namespace = NAMESPACE) =>
      (await cache.get(namespace, [key])).get(key)?.version;

    beforeEach(async () => {
      cache = await harness.create(100);
    });
    afterEach(async () => {
      await harness.destroy?.(cache);
    });

    it('answers nothing for keys it never saw', async () => {
      expect((await cache.get(NAMESPACE, ['1,2', '3,4'])).size).toBe(0);
      expect((await cache.get(NAMESPACE, [])).size).toBe(0);
    });

    it('answers a kept memory equal in every field, dates included', async () => {
      const kept = { ...memoryAt('1,2', 7), importance: 3.5, expiresAt: new Date(Date.UTC(2100, 0, 1)) };
      await cache.set([kept]);
      expect((await cache.get(NAMESPACE, ['1,2'])).get('1,2')).toEqual(kept);
    });

    it('answers the kept ones among many keys', async () => {
      await cache.set([memoryAt('1', 1), memoryAt('3', 1)]);
      expect([...(await cache.get(NAMESPACE, ['1', '2', '3'])).keys()].sort()).toEqual(['1', '3']);
    });

    it('keeps namespaces apart, whatever their names and keys look like', async () => {
      await cache.set([memoryAt('1', 1, NAMESPACE_A), memoryAt('1', 2, A_1), memoryAt('1', 3, NAMESPACE_B)]);
      expect(await versionAt('1', NAMESPACE_A)).toBe(1);
      expect(await versionAt('1', A_1)).toBe(2);
      expect(await versionAt('1:1', NAMESPACE_A)).toBeUndefined();
      expect(await versionAt('1', toNamespace('c'))).toBeUndefined();
      const odd = ['tenant one', 'a*', '[a]', 'a?', String.raw`a\b`, 'a%3A1', '{a}', '日本語'].map((name) =>
        toNamespace(name),
      );
      await cache.set(odd.map((namespace, index) => memoryAt('1', 10 + index, namespace)));
      await cache.clear(toNamespace('a*'));
      await cache.clear(toNamespace('[a]'));
      const versions = await Promise.all(odd.map((namespace) => versionAt('1', namespace)));
      expect(versions).toEqual([10, undefined, undefined, 13, 14, 15, 16, 17]);
      expect(await versionAt('1', A_1)).toBe(2);
    });

    it('replaces an older copy by a newer one', async () => {
      await cache.set([memoryAt('1', 1)]);
      await cache.set([memoryAt('1', 2)]);
      expect(await versionAt('1')).toBe(2);
    });

    it('never lets a stale copy replace a newer one, not even inside one call', async () => {
      await cache.set([memoryAt('1', 5), memoryAt('1', 4)]);
      await cache.set([memoryAt('1', 3)]);
      expect(await versionAt('1')).toBe(5);
    });

    it('forgets a copy that a write made old', async () => {
      await cache.set([memoryAt('1', 1), memoryAt('2', 1)]);
      await cache.invalidate([{ namespace: NAMESPACE, key: '1', version: 2 }]);
      expect(await versionAt('1')).toBeUndefined();
      expect(await versionAt('2')).toBe(1);
    });

    it('refuses a copy that was read before a write and arrives after its invalidation', async () => {
      await cache.invalidate([{ namespace: NAMESPACE, key: '1', version: 2 }]);
      await cache.set([memoryAt('1', 1)]);
      expect(await versionAt('1')).toBeUndefined();
    });

    it('accepts the version an invalidation names, and newer ones', async () => {
      await cache.invalidate([{ namespace: NAMESPACE, key: '1', version: 2 }]);
      await cache.set([memoryAt('1', 2)]);
      expect(await versionAt('1')).toBe(2);
      await cache.set([memoryAt('1', 3)]);
      expect(await versionAt('1')).toBe(3);
    });

    it('keeps a copy that is as new as a late invalidation', async () => {
      await cache.set([memoryAt('1', 3)]);
      await cache.invalidate([
        { namespace: NAMESPACE, key: '1', version: 3 },
        { namespace: NAMESPACE, key: '1', version: 2 },
      ]);
      expect(await versionAt('1')).toBe(3);
    });

    it('does not lower the bar when an older invalidation arrives last', async () => {
      await cache.invalidate([{ namespace: NAMESPACE, key: '1', version: 9 }]);
      await cache.invalidate([{ namespace: NAMESPACE, key: '1', version: 2 }]);
      await cache.set([memoryAt('1', 8)]);
      expect(await versionAt('1')).toBeUndefined();
    });

    if (harness.boundedBy !== 'time') {
      it('stays bounded and forgets the least recently used first', async () => {
        await harness.destroy?.(cache);
        cache = await harness.create(10);
        await cache.set([memoryAt('0', 1)]);
        for (let index = 1; index <= 200; index++) {
          await cache.set([memoryAt(String(index), 1)]);
          await cache.get(NAMESPACE, ['0']);
        }
        const all = Array.from({ length: 201 }, (_, index) => String(index));
        const kept = await cache.get(NAMESPACE, all);
        expect(kept.size).toBeLessThanOrEqual(20);
        expect(kept.has('0')).toBe(true);
        expect(kept.has('200')).toBe(true);
        expect(kept.has('1')).toBe(false);
      });
    }

    it('clears one namespace, or everything', async () => {
      await cache.set([memoryAt('1', 1, NAMESPACE_A), memoryAt('1', 1, NAMESPACE_B)]);
      await cache.clear(NAMESPACE_A);
      expect(await versionAt('1', NAMESPACE_A)).toBeUndefined();
      expect(await versionAt('1', NAMESPACE_B)).toBe(1);
      await cache.clear();
      expect(await versionAt('1', NAMESPACE_B)).toBeUndefined();
    });
  });
}
