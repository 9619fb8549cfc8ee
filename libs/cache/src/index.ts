export { EmbeddedMemoryCache, type EmbeddedMemoryCacheOptions } from './embedded/embedded-memory-cache.js';
export { LayeredMemoryCache } from './layered/layered-memory-cache.js';
export { parseRedisUrl, type RedisAddress, type RedisNode, type RedisPlace } from './redis/redis-address.js';
export { type RedisConnectionOptions } from './redis/redis-client.js';
export { RedisConnection, type RedisLog } from './redis/redis-connection.js';
export { RedisMemoryCache, type RedisMemoryCacheOptions } from './redis/redis-memory-cache.js';
