import { expect, it } from '@jest/globals';
import { MemoryCache, type MemoryInvalidation } from '../../read/memory-cache.port.js';
import { aMemory } from '../../testing/memory-builder.js';
import { CacheProjection } from './cache-projection.js';
import { toIndexPoint } from '../../index-model/index-point-factory.js';
import { toNamespace } from '../../model/namespace.js';

const NAMESPACE = toNamespace('test');

class NotingCache extends MemoryCache {
  readonly calls: (readonly MemoryInvalidation[])[] = [];
  get = () => Promise.resolve(new Map());
  set = () => Promise.resolve();
  clear = () => Promise.resolve();
  invalidate(invalidations: readonly MemoryInvalidation[]): Promise<void> {
    this.calls.push(invalidations);
    return Promise.resolve();
  }
}

it('tells the cache of everything that was indexed but first versions', async () => {
  const cache = new NotingCache();
  const projection = new CacheProjection(cache);
  const upsert = (id: number, version: number) =>
    ({
      kind: 'upsert',
      point: toIndexPoint(aMemory({ id, version }), { searchedText: '', session: null }, null),
    }) as const;
  await projection.apply(NAMESPACE, [upsert(1, 1)]);
  await projection.apply(NAMESPACE, [upsert(1, 1), upsert(2, 5), { kind: 'remove', key: '3', version: 2 }]);
  expect(cache.calls).toEqual([
    [
      { namespace: 'test', key: '2', version: 5 },
      { namespace: 'test', key: '3', version: 2 },
    ],
  ]);
});
