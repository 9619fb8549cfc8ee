import type { Memory } from '../model/memory.js';
import type { Namespace } from '../model/namespace.js';

/** States that a coordinate reached `version`, so that the cache no longer returns older copies. */
export interface MemoryInvalidation {
  readonly namespace: Namespace;
  readonly key: string;
  readonly version: number;
}

/**
 * Keeps recently read memories near the process, so that hydrating hits does not always read the truth store.
 *
 * Guarantees: a copy never replaces a newer one, and a copy older than an invalidation is neither kept nor returned, in
 * whatever order reads and writes race. Both hold while the entry is in the cache: it is bounded and evicts the least
 * recently used first. A miss is always allowed; losing the whole cache costs time, never truth. Fields that change
 * without a new version (`lastAccessedAt`, `accessCount`) may be old, and `expiresAt` may be past: callers check it.
 *
 * Other processes write too, and an invalidation can be lost with its server: callers check version and content hash of
 * returned copies, as `CachedMemoryReader` does. If the cache server is unavailable, entries are lost but no method
 * rejects.
 */
export abstract class MemoryCache {
  /** Returns the cached memories among `keys`, by key. Missing ones are not in the map. */
  abstract get(namespace: Namespace, keys: readonly string[]): Promise<ReadonlyMap<string, Memory>>;

  /** Caches memories as read from the truth store. The caller must not change them afterwards. */
  abstract set(memories: readonly Memory[]): Promise<void>;

  /** Call after a write or a deletion is committed, with the version it created. */
  abstract invalidate(invalidations: readonly MemoryInvalidation[]): Promise<void>;

  /** Drops one namespace, or everything. */
  abstract clear(namespace?: Namespace): Promise<void>;
}
