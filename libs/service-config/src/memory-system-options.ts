import type { MemorySystemOptions } from '@sfm/composition';
import type { AppConfig } from '@sfm/config';
import { cacheOptions } from './cache-options.js';
import { embedderOptions } from './embedder-options.js';
import { eventsOptions } from './events-options.js';
import { lifecycleOptions } from './lifecycle-options.js';
import { batchingOptions, limitsOptions, payloadFields } from './memory-options.js';
import { truthOptions } from './truth-options.js';
import { vectorsOptions } from './vectors-options.js';

/** Returns the memory system options from the configuration. @param clientName client name sent to servers */
export function memorySystemOptions(config: AppConfig, clientName: string): MemorySystemOptions {
  return {
    truth: truthOptions(config),
    namespace: config.service.namespace,
    clientName,
    embedder: embedderOptions(config),
    vectors: vectorsOptions(config),
    events: eventsOptions(config),
    cache: cacheOptions(config),
    limits: limitsOptions(config),
    fields: payloadFields(config),
    batching: batchingOptions(config),
    expiry: { intervalMs: config.lifecycle.expirySweepMs },
    lifecycle: lifecycleOptions(config),
  };
}
