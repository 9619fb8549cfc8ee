import { describe, expect, it } from '@jest/globals';
import { aMemory } from '@sfm/memory/testing';
import { toNamespace } from '@sfm/memory';
import { approximateBytes } from './approximate-bytes.js';
import { EmbeddedMemoryCache } from './embedded-memory-cache.js';

const NAMESPACE = toNamespace('test');

describe('EmbeddedMemoryCache', () => {
  it('stays within its memory, whatever the size of the payloads', async () => {
    const cache = new EmbeddedMemoryCache({ maxEntries: 1000, maxBytes: 1_000_000 });
    const keys = Array.from({ length: 30 }, (_, id) => String(id));
    for (const id of keys.map(Number)) await cache.set([aMemory({ id, payload: { text: 'x'.repeat(50_000) } })]);
    const kept = await cache.get(NAMESPACE, keys);
    expect([...kept.keys()]).toEqual(keys.slice(-kept.size));
    expect(kept.size).toBeGreaterThan(7);
    expect(kept.size).toBeLessThan(11);
  });

  it('does not keep what would push out everything else, nor an older copy of it', async () => {
    const cache = new EmbeddedMemoryCache({ maxEntries: 1000, maxBytes: 100_000 });
    await cache.set([aMemory({ id: 1 }), aMemory({ id: 2 })]);
    await cache.set([aMemory({ id: 1, version: 2, payload: { text: 'x'.repeat(100_000) } })]);
    expect([...(await cache.get(NAMESPACE, ['1', '2'])).keys()]).toEqual(['2']);
  });

  it('is not emptied by writes to what nobody reads', async () => {
    const cache = new EmbeddedMemoryCache({ maxEntries: 10, maxBytes: 100_000 });
    await cache.set([aMemory()]);
    for (let id = 2; id < 1000; id++) await cache.invalidate([{ namespace: NAMESPACE, key: String(id), version: 2 }]);
    expect((await cache.get(NAMESPACE, ['1'])).size).toBe(1);
  });

  it('estimates sizes well enough', () => {
    const nested = { list: [1, null, true, 'four'], deeper: { text: 'x'.repeat(1000) } };
    expect(approximateBytes(nested)).toBeGreaterThan(2000);
    expect(approximateBytes(nested)).toBeLessThan(3000);
  });
});
