import { identityOf, MemoryCache, type Memory, type MemoryInvalidation, type Namespace } from '@sfm/memory';
import { LRUCache } from 'lru-cache';
import { approximateBytes } from './approximate-bytes.js';

export interface EmbeddedMemoryCacheOptions {
  /** Maximum number of memories, at least 1, and separately of invalidations. */
  readonly maxEntries: number;
  /** Maximum estimated memory of their payloads, in bytes. @default unlimited */
  readonly maxBytes?: number;
}

/**
 * In-process memory cache: bounded by entries and by memory, evicts the least recently used first.
 *
 * An invalidation is kept until it is evicted itself, because a reader that started before a write may store its stale
 * copy after it. Invalidations are stored separately, so that many writes do not evict cached memories.
 */
export class EmbeddedMemoryCache extends MemoryCache {
  private readonly memories: LRUCache<string, Memory>;
  private readonly invalidated: LRUCache<string, number>;

  constructor({ maxEntries, maxBytes }: EmbeddedMemoryCacheOptions) {
    super();
    const max = Math.max(1, Math.floor(maxEntries));
    const bound = maxBytes === undefined ? {} : { maxSize: maxBytes, sizeCalculation: sizeOf };
    this.memories = new LRUCache({ max, ...bound });
    this.invalidated = new LRUCache({ max });
  }

  override get(namespace: Namespace, keys: readonly string[]): Promise<ReadonlyMap<string, Memory>> {
    const found = new Map<string, Memory>();
    for (const key of keys) {
      const memory = this.memories.get(identityOf({ namespace, key }));
      if (memory !== undefined) found.set(key, memory);
    }
    return Promise.resolve(found);
  }

  override set(memories: readonly Memory[]): Promise<void> {
    for (const memory of memories) {
      const at = identityOf(memory);
      if (this.knownVersion(at) <= memory.version) this.memories.set(at, memory);
    }
    return Promise.resolve();
  }

  override invalidate(invalidations: readonly MemoryInvalidation[]): Promise<void> {
    for (const { namespace, key, version } of invalidations) {
      const at = identityOf({ namespace, key });
      if (this.knownVersion(at) >= version) continue;
      this.memories.delete(at);
      this.invalidated.set(at, version);
    }
    return Promise.resolve();
  }

  override clear(namespace?: Namespace): Promise<void> {
    for (const known of [this.memories, this.invalidated]) {
      if (namespace === undefined) known.clear();
      else {
        const prefix = identityOf({ namespace, key: '' });
        for (const at of [...known.keys()]) if (at.startsWith(prefix)) known.delete(at);
      }
    }
    return Promise.resolve();
  }

  /** Anything older than this is invalid. */
  private knownVersion(at: string): number {
    return Math.max(this.memories.peek(at)?.version ?? 0, this.invalidated.peek(at) ?? 0);
  }
}

/** Size of an entry without its payload: key, coordinate, dates. */
const ENTRY_BYTES = 1000;

function sizeOf({ payload }: Memory): number {
  return ENTRY_BYTES + approximateBytes(payload);
}
