import type { MemoryCache } from '../../read/memory-cache.port.js';
import type { IndexChange } from '../../index-model/index-point.js';
import type { Namespace } from '../../model/namespace.js';

/**
 * Invalidates cached memories from events: for other producers' writes, and for writes whose process ended before it
 * could invalidate them.
 */
export class CacheProjection {
  constructor(private readonly cache: MemoryCache) {}

  async apply(namespace: Namespace, changes: readonly IndexChange[]): Promise<void> {
    const versions = changes.map((change) => (change.kind === 'remove' ? change : change.point));
    // A first version makes no cached copy outdated.
    const changed = versions.flatMap(({ key, version }) => (version === 1 ? [] : [{ namespace, key, version }]));
    if (changed.length > 0) await this.cache.invalidate(changed);
  }
}
