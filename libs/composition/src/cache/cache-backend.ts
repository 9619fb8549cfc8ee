import type { LoggerService } from '@nestjs/common';
import { EmbeddedRateLimiter, RedisRateLimiter, type RateLimiter } from '@sfm/auth';
import { EmbeddedMemoryCache, LayeredMemoryCache, RedisConnection, RedisMemoryCache } from '@sfm/cache';
import {
  CachedMemoryReader,
  CachedMemoryWriter,
  CacheProjection,
  type MemoryCache,
  type ProjectionIndex,
} from '@sfm/memory';
import type { ServiceMetrics } from '@sfm/observability';
import type { StorageDecorators } from '@sfm/storage';
import type { CacheOptions } from './cache-options.js';

const MAX_ENTRIES = 20_000;
const MAX_BYTES = 64 * 1024 * 1024;
const TTL_MS = 300_000;

/**
 * The cache of memories and the rate limiter: of all processes together when there is a Redis, and of this process alone
 * otherwise and while Redis is away.
 */
export class CacheBackend {
  readonly rateLimiter: RateLimiter;
  /** Absent when no Redis is asked for. */
  readonly redis: RedisConnection | undefined;
  private readonly cache: MemoryCache;
  private metrics: ServiceMetrics | undefined;

  /**
   * @param clientName what Redis calls this process
   * @throws Error naming the certificate file that cannot be read
   */
  constructor({ redis, ...kept }: CacheOptions, clientName: string, logger: LoggerService) {
    const { maxEntries = MAX_ENTRIES, maxBytes = MAX_BYTES } = kept;
    const near = new EmbeddedMemoryCache({ maxEntries, maxBytes });
    const own = new EmbeddedRateLimiter();
    if (redis === undefined) {
      this.cache = near;
      this.rateLimiter = own;
      return;
    }
    const { ttlMs = TTL_MS, ...connection } = redis;
    this.redis = new RedisConnection(
      { ...connection, clientName },
      {
        log: (message) => {
          logger.log(message);
        },
        warn: (message) => {
          logger.warn(message);
        },
      },
    );
    const shared = new RedisMemoryCache(this.redis, {
      ttlMs,
      onFallback: () => this.metrics?.countRedisFallback('cache'),
    });
    this.cache = new LayeredMemoryCache(near, shared);
    this.rateLimiter = new RedisRateLimiter(this.redis, own, {
      onFallback: () => this.metrics?.countRedisFallback('rate_limit'),
    });
  }

  /** What puts the cache between the store and its users. */
  get storage(): Required<StorageDecorators> {
    const onLookup = (hits: number, misses: number) => this.metrics?.countCacheLookups(hits, misses);
    return {
      reader: (truth) => new CachedMemoryReader(truth, this.cache, onLookup),
      writer: (truth) => new CachedMemoryWriter(truth, this.cache),
    };
  }

  /** What keeps the shared cache current with the events; nothing where there is none. */
  get projections(): readonly ProjectionIndex[] {
    return this.redis === undefined ? [] : [new CacheProjection(this.cache)];
  }

  /** Counts into these metrics from now on. */
  observe(metrics: ServiceMetrics): void {
    this.metrics = metrics;
    const { redis } = this;
    if (redis !== undefined) metrics.registerGauges({ redisAway: () => (redis.isUp ? 0 : 1) });
  }

  /** Resolves when the first attempt to connect has succeeded or failed, which it logs. Never rejects. */
  async open(): Promise<void> {
    await this.redis?.open();
  }

  /** To be called when nothing is served any more. */
  close(): void {
    this.redis?.close();
  }
}
