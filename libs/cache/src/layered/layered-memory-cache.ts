import { MemoryCache, type Memory, type MemoryInvalidation, type Namespace } from '@sfm/memory';

/**
 * An in-process (near) cache in front of a shared (far) one. Copies hits of the far cache into the near one; while the
 * far one is down, only the near one is used.
 */
export class LayeredMemoryCache extends MemoryCache {
  constructor(
    private readonly near: MemoryCache,
    private readonly far: MemoryCache,
  ) {
    super();
  }

  override async get(namespace: Namespace, keys: readonly string[]): Promise<ReadonlyMap<string, Memory>> {
    const found = await this.near.get(namespace, keys);
    const missing = keys.filter((key) => !found.has(key));
    if (missing.length === 0) return found;
    const far = await this.far.get(namespace, missing);
    if (far.size === 0) return found;
    // Through the near cache, because it may know of a write that the far one missed.
    await this.near.set([...far.values()]);
    return new Map([...found, ...(await this.near.get(namespace, [...far.keys()]))]);
  }

  override async set(memories: readonly Memory[]): Promise<void> {
    await Promise.all([this.near.set(memories), this.far.set(memories)]);
  }

  override async invalidate(invalidations: readonly MemoryInvalidation[]): Promise<void> {
    await Promise.all([this.near.invalidate(invalidations), this.far.invalidate(invalidations)]);
  }

  override async clear(namespace?: Namespace): Promise<void> {
    await Promise.all([this.near.clear(namespace), this.far.clear(namespace)]);
  }
}
