import { describeMemoryCacheContract } from '@sfm/memory/testing';
import { EmbeddedMemoryCache } from './embedded-memory-cache.js';

describeMemoryCacheContract('EmbeddedMemoryCache', {
  create: (capacity) => Promise.resolve(new EmbeddedMemoryCache({ maxEntries: capacity })),
});
