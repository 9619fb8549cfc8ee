import { MemoryCache, type Memory, type MemoryInvalidation, type Namespace } from '@sfm/memory';
import { OwedInvalidations } from './owed-invalidations.js';
import type { RedisConnection } from './redis-connection.js';
import { entryOf, memoryOf } from './versioned-entry.js';

export interface RedisMemoryCacheOptions {
  /** Lifetime of a cached copy, in milliseconds. */
  readonly ttlMs: number;
  /** Prefix of every key. @default 'soma:memory:' */
  readonly keyPrefix?: string;
  /** Called for every operation that had to proceed without Redis. */
  readonly onFallback?: () => void;
}

/** Lifetime of an invalidation: long enough for a reader that began before the write to have stored its stale copy. */
const FLOOR_MS = 60_000;
/** Maximum keys per command, so that other clients get their turn in between. */
const PORTION = 64;

/**
 * Writes entries unless the existing one is newer than they may replace. KEYS: the entries. ARGV, for each: the highest
 * version it may replace, the entry, its lifetime in milliseconds.
 */
const WRITE_IF_NEWER = `
for i, key in ipairs(KEYS) do
  local bound = tonumber(ARGV[3 * i - 2])
  local known = tonumber(string.match(redis.call('GETRANGE', key, 0, 20), '^(%d+):') or -1)
  if known <= bound then redis.call('SET', key, ARGV[3 * i - 1], 'PX', ARGV[3 * i]) end
end
`;

interface Entry {
  readonly at: string;
  /** Highest version it may replace. */
  readonly bound: number;
  readonly text: string;
  readonly ttlMs: number;
}

/**
 * Memory cache shared by several processes. An invalidation stores its version for a while, so that a copy read before a
 * write is not stored after it. Invalidations that Redis missed or refused are sent when it is back or accepts a write
 * again. Bounded by entry lifetime, and by Redis's eviction settings.
 */
export class RedisMemoryCache extends MemoryCache {
  private readonly keyPrefix: string;
  private readonly owed = new OwedInvalidations({
    send: (invalidations) => this.send(invalidations.map(([at, version]) => this.floorAt(at, version))),
    removeAll: () => this.remove(this.keyPrefix),
  });

  constructor(
    private readonly redis: RedisConnection,
    private readonly options: RedisMemoryCacheOptions,
  ) {
    super();
    this.keyPrefix = options.keyPrefix ?? 'soma:memory:';
    redis.onReturn(() => void this.owed.settle());
  }

  override async get(namespace: Namespace, keys: readonly string[]): Promise<ReadonlyMap<string, Memory>> {
    const found = new Map<string, Memory>();
    const places = keys.map((key) => this.placeOf(namespace, key));
    const entries = await this.orWithout(() => this.read(places), []);
    for (const [index, entry] of entries.entries()) {
      const key = keys[index];
      const memory = memoryOf(entry);
      if (memory !== undefined && memory.namespace === namespace && memory.key === key) found.set(key, memory);
    }
    return found;
  }

  override async set(memories: readonly Memory[]): Promise<void> {
    const now = Date.now();
    const entries = memories.map((memory) => ({
      at: this.placeOf(memory.namespace, memory.key),
      bound: memory.version,
      text: entryOf(memory.version, memory),
      ttlMs: Math.min(this.options.ttlMs, (memory.expiresAt?.getTime() ?? Infinity) - now),
    }));
    await this.write(entries.filter(({ ttlMs }) => ttlMs >= 1));
  }

  override async invalidate(invalidations: readonly MemoryInvalidation[]): Promise<void> {
    const places = invalidations.map(({ namespace, key, version }) => [this.placeOf(namespace, key), version] as const);
    if (await this.write(places.map(([at, version]) => this.floorAt(at, version)))) return;
    this.owed.add(places);
  }

  override async clear(namespace?: Namespace): Promise<void> {
    const prefix = namespace === undefined ? this.keyPrefix : this.placeOf(namespace, '');
    await this.orWithout(() => this.remove(prefix), undefined);
  }

  private async remove(prefix: string): Promise<void> {
    await this.redis.eachKey(prefix, (keys) =>
      Promise.all(this.portions(keys).map((portion) => this.redis.execute((client) => client.unlink(...portion)))),
    );
  }

  private async read(places: readonly string[]): Promise<readonly (string | null)[]> {
    const portions = this.portions(places);
    const read = await Promise.all(portions.map((portion) => this.redis.execute((client) => client.mget(portion))));
    return read.flat();
  }

  private floorAt(at: string, version: number): Entry {
    return { at, bound: version - 1, text: entryOf(version), ttlMs: FLOOR_MS };
  }

  /** @returns whether Redis has stored them */
  private async write(entries: readonly Entry[]): Promise<boolean> {
    if (entries.length === 0) return true;
    const isTaken = await this.orWithout(async () => {
      await this.send(entries);
      return true;
    }, false);
    // Not awaited: this write is done.
    if (isTaken) void this.owed.settleIfDue();
    return isTaken;
  }

  private async send(entries: readonly Entry[]): Promise<void> {
    const run = (portion: readonly Entry[]) =>
      this.redis.runScript(
        WRITE_IF_NEWER,
        portion.map(({ at }) => at),
        portion.flatMap(({ bound, text, ttlMs }) => [bound, text, Math.floor(ttlMs)]),
      );
    await Promise.all(this.portions(entries).map(run));
  }

  /** In a cluster, keys may be on different nodes, so each is sent separately. */
  private portions<T>(items: readonly T[]): T[][] {
    const size = this.redis.isCluster ? 1 : PORTION;
    const count = Math.ceil(items.length / size);
    return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size));
  }

  private async orWithout<T>(work: () => Promise<T>, without: T): Promise<T> {
    try {
      return await work();
    } catch {
      // The connection has already logged why.
      this.options.onFallback?.();
      return without;
    }
  }

  /** Escapes colons in the namespace, so that the first colon ends it and no two namespaces share a prefix. */
  private placeOf(namespace: Namespace, key: string): string {
    return `${this.keyPrefix}${namespace.replaceAll('%', '%25').replaceAll(':', '%3A')}:${key}`;
  }
}
