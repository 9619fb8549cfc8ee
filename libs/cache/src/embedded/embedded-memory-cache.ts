import { MemoryCache, type Memory, type MemoryInvalidation } from '@sfm/memory';
import { LRUCache } from 'lru-cache';
import { approximateBytes } from './approximate-bytes.js';

export interface EmbeddedMemoryCacheOptions {
  /** Most entries kept, at least 1. A coordinate costs one entry, also while it only remembers an invalidation. */
  readonly maxEntries: number;
  /** Most memory their payloads take, in bytes, estimated. @default unlimited */
  readonly maxBytes?: number;
}

/** What is known of one coordinate: nothing older than `version` counts; `memory` is the copy at that version. */
interface Entry {
  readonly version: number;
  readonly memory: Memory | undefined;
}

/**
 * Memory cache inside the process: bounded by entries and by memory, least recently used out first.
 *
 * An invalidation stays as an entry of its own until it is evicted, because a reader that started before a write may
 * hand in its stale copy after it.
 */
export class EmbeddedMemoryCache extends MemoryCache {
  private readonly entries: LRUCache<string, Entry>;

  constructor(options: EmbeddedMemoryCacheOptions) {
    super();
    const { maxEntries, maxBytes } = options;
    this.entries = new LRUCache({
      max: Math.max(1, Math.floor(maxEntries)),
      ...(maxBytes === undefined ? {} : { maxSize: maxBytes, sizeCalculation: sizeOf }),
    });
  }

  override get(namespace: string, keys: readonly string[]): Promise<ReadonlyMap<string, Memory>> {
    const found = new Map<string, Memory>();
    for (const key of keys) {
      const memory = this.entries.get(entryKey(namespace, key))?.memory;
      if (memory !== undefined) found.set(key, memory);
    }
    return Promise.resolve(found);
  }

  override set(memories: readonly Memory[]): Promise<void> {
    for (const memory of memories) {
      const at = entryKey(memory.namespace, memory.key);
      const known = this.entries.peek(at);
      if (known === undefined || known.version <= memory.version) {
        this.entries.set(at, { version: memory.version, memory });
      }
    }
    return Promise.resolve();
  }

  override invalidate(invalidations: readonly MemoryInvalidation[]): Promise<void> {
    for (const { namespace, key, version } of invalidations) {
      const at = entryKey(namespace, key);
      const known = this.entries.peek(at);
      if (known === undefined || known.version < version) this.entries.set(at, { version, memory: undefined });
    }
    return Promise.resolve();
  }

  override clear(namespace?: string): Promise<void> {
    if (namespace === undefined) {
      this.entries.clear();
      return Promise.resolve();
    }
    const prefix = entryKey(namespace, '');
    for (const at of [...this.entries.keys()]) if (at.startsWith(prefix)) this.entries.delete(at);
    return Promise.resolve();
  }
}

/** What an entry costs beside its payload: key, coordinate, dates. */
const ENTRY_BYTES = 1000;

function sizeOf({ memory }: Entry): number {
  return ENTRY_BYTES + (memory === undefined ? 0 : approximateBytes(memory.payload));
}

/** A line feed occurs in no namespace name, so two namespaces can never share a prefix. */
function entryKey(namespace: string, key: string): string {
  return `${namespace}\n${key}`;
}
