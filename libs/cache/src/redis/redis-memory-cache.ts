import { MemoryCache, type Memory, type MemoryInvalidation, type Namespace } from '@sfm/memory';
import { OwedInvalidations } from './owed-invalidations.js';
import type { RedisConnection } from './redis-connection.js';
import { entryOf, memoryOf } from './versioned-entry.js';

export interface RedisMemoryCacheOptions {
  /** How long a copy is kept, in milliseconds. */
  readonly ttlMs: number;
  /** In front of every key. @default 'soma:memory:' */
  readonly keyPrefix?: string;
  /** Told of every operation that had to do without Redis. */
  readonly onFallback?: () => void;
}

/** How long an invalidation is remembered: a reader that began before the write has handed in its stale copy by then. */
const FLOOR_MS = 60_000;
/** Keys of one command: others may use the server in between. */
const PORTION = 64;

/**
 * Writes entries unless what is there is newer than they may replace. KEYS: the entries. ARGV, for each: the highest
 * version it may replace, the entry, milliseconds to keep it.
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
 * Memory cache that processes share. An invalidation leaves its version behind for a while, so that a copy
 * that was read before a write does not come in after it. Invalidations that Redis was not there for or refused are sent
 * when it is back, or takes a write again. Bounded by time, and by what Redis is configured to evict.
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

  /** @returns whether Redis has them */
  private async write(entries: readonly Entry[]): Promise<boolean> {
    if (entries.length === 0) return true;
    const isTaken = await this.orWithout(async () => {
      await this.send(entries);
      return true;
    }, false);
    // Nobody waits for it: this write is done.
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

  /** Keys of a cluster live apart: each goes for itself. */
  private portions<T>(items: readonly T[]): T[][] {
    const size = this.redis.isCluster ? 1 : PORTION;
    const count = Math.ceil(items.length / size);
    return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size));
  }

  private async orWithout<T>(work: () => Promise<T>, without: T): Promise<T> {
    try {
      return await work();
    } catch {
      // The connection has said why.
      this.options.onFallback?.();
      return without;
    }
  }

  /** No two namespaces share a prefix, because the colon after the namespace is the first. */
  private placeOf(namespace: Namespace, key: string): string {
    return `${this.keyPrefix}${namespace.replaceAll('%', '%25').replaceAll(':', '%3A')}:${key}`;
  }
}
