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
 * The memory cache and the rate limiter. All processes share them through Redis; without Redis, or while it is down,
 * each process uses its own.
 */
export class CacheBackend {
  readonly rateLimiter: RateLimiter;
  /** Undefined when Redis is not configured. */
  readonly redis: RedisConnection | undefined;
  private readonly cache: MemoryCache;
  private metrics: ServiceMetrics | undefined;

  /**
   * @param clientName this process's client name in Redis
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

  /** Decorators that put the cache in front of the store. */
  get storage(): Required<StorageDecorators> {
    const onLookup = (hits: number, misses: number) => this.metrics?.countCacheLookups(hits, misses);
    return {
      reader: (truth) => new CachedMemoryReader(truth, this.cache, onLookup),
      writer: (truth) => new CachedMemoryWriter(truth, this.cache),
    };
  }

  /** The projection that keeps the shared cache in step with the events; empty without a shared cache. */
  get projections(): readonly ProjectionIndex[] {
    return this.redis === undefined ? [] : [new CacheProjection(this.cache)];
  }

  /** Records to these metrics from now on. */
  observe(metrics: ServiceMetrics): void {
    this.metrics = metrics;
    const { redis } = this;
    if (redis === undefined) return;
    metrics.registerGauges({ redisAway: () => (redis.isUp ? 0 : 1) });
    metrics.watchCircuit('redis', () => redis.circuit);
  }

  /** Resolves when the first connection attempt has succeeded or failed; logs the result. Never rejects. */
  async open(): Promise<void> {
    await this.redis?.open();
  }

  /** Call after the last request has been served. */
  close(): void {
    this.redis?.close();
  }
}
