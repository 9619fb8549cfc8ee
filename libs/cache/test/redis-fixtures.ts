import { parseRedisUrl } from '../src/redis/redis-address.js';
import type { RedisConnectionOptions } from '../src/redis/redis-client.js';
import { RedisConnection } from '../src/redis/redis-connection.js';

/** A connection with what it logged. */
export interface WatchedConnection {
  readonly redis: RedisConnection;
  readonly warnings: readonly string[];
  readonly messages: readonly string[];
}

/** A busy machine is no server that hangs. */
const PATIENCE_MS = 20_000;

/** Opens a connection to the address; resolves after the first attempt. */
export async function connectTo(
  url: string,
  options: Partial<Omit<RedisConnectionOptions, 'address'>> = {},
): Promise<WatchedConnection> {
  const warnings: string[] = [];
  const messages: string[] = [];
  const redis = new RedisConnection(
    {
      address: parseRedisUrl(url),
      clientName: 'soma-test',
      commandTimeoutMs: PATIENCE_MS,
      connectTimeoutMs: PATIENCE_MS,
      ...options,
    },
    { log: (message) => messages.push(message), warn: (message) => warnings.push(message) },
  );
  await redis.open();
  return { redis, warnings, messages };
}
