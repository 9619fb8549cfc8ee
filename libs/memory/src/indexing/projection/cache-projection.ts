import type { MemoryCache } from '../../read/memory-cache.port.js';
import type { IndexChange } from '../../index-model/index-point.js';
import type { Namespace } from '../../model/namespace.js';

/**
 * Lets the cache follow the events as an index does: it hears of writes of other producers, and of those whose process
 * ended before it could invalidate them.
 */
export class CacheProjection {
  constructor(private readonly cache: MemoryCache) {}

  async apply(namespace: Namespace, changes: readonly IndexChange[]): Promise<void> {
    const versions = changes.map((change) => (change.kind === 'remove' ? change : change.point));
    // There is nothing older than a first version.
    const changed = versions.flatMap(({ key, version }) => (version === 1 ? [] : [{ namespace, key, version }]));
    if (changed.length > 0) await this.cache.invalidate(changed);
  }
}
