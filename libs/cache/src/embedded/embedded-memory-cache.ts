import { MemoryCache, type Memory, type MemoryInvalidation, type Namespace } from '@sfm/memory';
import { LRUCache } from 'lru-cache';
import { approximateBytes } from './approximate-bytes.js';

export interface EmbeddedMemoryCacheOptions {
  /** Most memories kept, at least 1; and as many invalidations. */
  readonly maxEntries: number;
  /** Most memory their payloads take, in bytes, estimated. @default unlimited */
  readonly maxBytes?: number;
}

/**
 * Memory cache inside the process: bounded by entries and by memory, least recently used out first.
 *
 * An invalidation is remembered until it is evicted itself, because a reader that started before a write may hand in its
 * stale copy after it. It has a place of its own, so that many writes do not push out what is read.
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
      const memory = this.memories.get(entryKey(namespace, key));
      if (memory !== undefined) found.set(key, memory);
    }
    return Promise.resolve(found);
  }

  override set(memories: readonly Memory[]): Promise<void> {
    for (const memory of memories) {
      const at = entryKey(memory.namespace, memory.key);
      if (this.knownVersion(at) <= memory.version) this.memories.set(at, memory);
    }
    return Promise.resolve();
  }

  override invalidate(invalidations: readonly MemoryInvalidation[]): Promise<void> {
    for (const { namespace, key, version } of invalidations) {
      const at = entryKey(namespace, key);
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
        const prefix = entryKey(namespace, '');
        for (const at of [...known.keys()]) if (at.startsWith(prefix)) known.delete(at);
      }
    }
    return Promise.resolve();
  }

  /** Nothing older than this counts. */
  private knownVersion(at: string): number {
    return Math.max(this.memories.peek(at)?.version ?? 0, this.invalidated.peek(at) ?? 0);
  }
}

/** What an entry costs beside its payload: key, coordinate, dates. */
const ENTRY_BYTES = 1000;

function sizeOf({ payload }: Memory): number {
  return ENTRY_BYTES + approximateBytes(payload);
}

/** A line feed occurs in no namespace name, so two namespaces can never share a prefix. */
function entryKey(namespace: Namespace, key: string): string {
  return `${namespace}\n${key}`;
}
