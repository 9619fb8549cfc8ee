import type { Memory } from '../model/memory.js';
import type { Namespace } from '../model/namespace.js';

/** Says that a coordinate reached `version`, so that nothing older may be answered from the cache any more. */
export interface MemoryInvalidation {
  readonly namespace: Namespace;
  readonly key: string;
  readonly version: number;
}

/**
 * Keeps recently read memories near the process, so that hydrating hits does not always ask the truth store.
 *
 * Guarantees: a copy never replaces a newer one, and a copy older than an invalidation is neither kept nor answered,
 * in whatever order reads and writes race. Both hold while the entry is in the cache: it is bounded and forgets the
 * least recently used first. A miss is always allowed; losing the whole cache costs time, never truth. Fields that
 * change without a new version (`lastAccessedAt`, `accessCount`) may be old, and so may `expiresAt` be past: callers
 * check it.
 *
 * Other processes write too, and an invalidation can be lost with the server it was meant for: callers check version and
 * content hash of what is answered, as `CachedMemoryReader` does. A server that is away makes a cache forget, never fail:
 * no method rejects for it.
 */
export abstract class MemoryCache {
  /** The kept memories among `keys`, by key. Missing ones are simply not in the map. */
  abstract get(namespace: Namespace, keys: readonly string[]): Promise<ReadonlyMap<string, Memory>>;

  /** Keeps copies of memories as read from the truth store. The caller gives them up: they must not change. */
  abstract set(memories: readonly Memory[]): Promise<void>;

  /** Call after a write or a deletion was committed, with the version it gave. */
  abstract invalidate(invalidations: readonly MemoryInvalidation[]): Promise<void>;

  /** Forgets one namespace, or everything. */
  abstract clear(namespace?: Namespace): Promise<void>;
}
