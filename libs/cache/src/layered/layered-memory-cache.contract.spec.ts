import { describe, expect, it } from '@jest/globals';
import { aMemory, describeMemoryCacheContract } from '@sfm/memory/testing';
import { toNamespace } from '@sfm/memory';
import { EmbeddedMemoryCache } from '../embedded/embedded-memory-cache.js';
import { LayeredMemoryCache } from './layered-memory-cache.js';

const NAMESPACE = toNamespace('test');

const embedded = (maxEntries = 100) => new EmbeddedMemoryCache({ maxEntries });

describeMemoryCacheContract('LayeredMemoryCache', {
  create: (capacity) => Promise.resolve(new LayeredMemoryCache(embedded(capacity), embedded(capacity))),
});

describe('LayeredMemoryCache', () => {
  it('keeps near what the far cache had', async () => {
    const near = embedded();
    const far = embedded();
    const cache = new LayeredMemoryCache(near, far);
    const memory = aMemory();
    await far.set([memory]);
    expect((await cache.get(NAMESPACE, ['1', '2'])).get('1')).toEqual(memory);
    await far.clear();
    expect((await cache.get(NAMESPACE, ['1', '2'])).get('1')).toEqual(memory);
  });

  it('does not answer from far what it knows to be old', async () => {
    const far = embedded();
    const cache = new LayeredMemoryCache(embedded(), far);
    await cache.invalidate([{ namespace: NAMESPACE, key: '1', version: 2 }]);
    await far.clear();
    await far.set([aMemory({ version: 1 })]);
    expect((await cache.get(NAMESPACE, ['1'])).size).toBe(0);
  });
});
