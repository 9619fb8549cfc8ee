import type { RedisConnectionOptions } from '@sfm/cache';

/** What this process keeps of the payloads it has read, and what it shares with others. */
export interface CacheOptions {
  /** Most payloads that this process keeps. @default 20000 */
  readonly maxEntries?: number;
  /** Most memory they may take, in bytes. @default 67108864 */
  readonly maxBytes?: number;
  /** A cache and rate limits of all processes together; without it each process has its own. */
  readonly redis?: RedisOptions;
}

/** How to reach Redis, and how it is used. */
export interface RedisOptions extends Omit<RedisConnectionOptions, 'clientName'> {
  /** How long a payload is kept that was read, in milliseconds. @default 300000 */
  readonly ttlMs?: number;
}
