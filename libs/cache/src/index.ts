export { EmbeddedMemoryCache, type EmbeddedMemoryCacheOptions } from './embedded/embedded-memory-cache.js';
