import type { Memory } from '../model/memory.js';
import type { MemoryCache } from './memory-cache.port.js';
import { MemoryReader, type MemoryOutline } from './memory-reader.port.js';
import type { Namespace } from '../model/namespace.js';

/** Receives the numbers of cache hits and misses among the large payloads of one read. */
export type CacheLookups = (hits: number, misses: number) => void;

/**
 * Reads by key through a cache of large payloads. Everything else is always read from the truth first; a cached payload
 * is used only if it has the version and content hash that the truth just returned. So no answer is older than an
 * acknowledged write, even if an invalidation was lost.
 */
export class CachedMemoryReader extends MemoryReader {
  constructor(
    private readonly truth: MemoryReader,
    private readonly cache: MemoryCache,
    private readonly onLookup: CacheLookups = () => undefined,
  ) {
    super();
  }

  async findByKeys(namespace: Namespace, keys: readonly string[], now: Date): Promise<readonly Memory[]> {
    const outlines = await this.truth.findOutlines(namespace, keys, now);
    const large = outlines.filter((outline) => !isWhole(outline)).map(({ key }) => key);
    if (large.length === 0) return outlines.filter(isWhole);

    const cached = await this.cache.get(namespace, large);
    const whole = new Map<string, Memory>();
    for (const outline of outlines) {
      const payload = outline.payload ?? payloadOf(cached.get(outline.key), outline);
      if (payload !== undefined) whole.set(outline.key, { ...outline, payload });
    }
    const missing = large.filter((key) => !whole.has(key));
    this.onLookup(large.length - missing.length, missing.length);
    // A memory may have changed or gone between the two reads; the later one counts.
    const read = missing.length === 0 ? [] : await this.truth.findByKeys(namespace, missing, now);
    for (const memory of read) whole.set(memory.key, memory);
    if (read.length > 0) void this.cache.set(read);
    return outlines.flatMap(({ key }) => whole.get(key) ?? []);
  }

  findOutlines(namespace: Namespace, keys: readonly string[], now: Date): Promise<readonly MemoryOutline[]> {
    return this.truth.findOutlines(namespace, keys, now);
  }
}

function isWhole(outline: MemoryOutline): outline is Memory {
  return outline.payload !== undefined;
}

/**
 * Returns the payload of a cached copy if it matches the truth. The hash distinguishes contents with the same version:
 * the same coordinate in another database behind the same Redis, or before a backup was restored.
 */
function payloadOf(copy: Memory | undefined, { version, contentHash }: MemoryOutline) {
  return copy?.version === version && copy.contentHash === contentHash ? copy.payload : undefined;
}
