import type { RedisConnectionOptions } from '@sfm/cache';

/** The cache of payloads in this process, and the one it shares with other processes. */
export interface CacheOptions {
  /** Maximum number of payloads cached in this process. @default 20000 */
  readonly maxEntries?: number;
  /** Maximum memory they may take, in bytes. @default 67108864 */
  readonly maxBytes?: number;
  /** Cache and rate limits shared by all processes; without it each process has its own. */
  readonly redis?: RedisOptions;
}

/** Redis connection and usage. */
export interface RedisOptions extends Omit<RedisConnectionOptions, 'clientName'> {
  /** How long a payload stays cached after it was read, in milliseconds. @default 300000 */
  readonly ttlMs?: number;
}
