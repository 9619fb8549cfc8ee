import type { PayloadFields } from '@sfm/memory';
import type { CacheOptions } from '../cache/cache-options.js';
import type { EventsOptions } from '../events/events-options.js';
import type { EmbedderOptions, VectorsOptions } from '../indexing/indexing-options.js';
import type {
  BatchingOptions,
  ExpiryOptions,
  LimitsOptions,
  ReadingOptions,
  RecallingOptions,
} from '../memory/memory-options.js';
import type { LifecycleOptions } from '../retention/lifecycle-options.js';
import type { RelayOptions } from '../pipeline/relay-options.js';
import type { TruthOptions } from '../truth/truth-options.js';

/**
 * Options of a memory system: where it stores memories and how it processes them. Only `truth` is required; everything
 * else runs inside this process unless servers are given.
 */
export interface MemorySystemOptions {
  readonly truth: TruthOptions;
  /** Namespace of calls without one; health and metrics report on its index. @default 'api_ns' */
  readonly namespace?: string;
  /** Client name that this process sends to servers. @default 'soma' */
  readonly clientName?: string;
  /** @default `hash` with 768 dimensions */
  readonly embedder?: EmbedderOptions;
  /** @default `embedded` */
  readonly vectors?: VectorsOptions;
  /** @default `embedded` */
  readonly events?: EventsOptions;
  /** @default a cache in this process only */
  readonly cache?: CacheOptions;
  readonly limits?: LimitsOptions;
  /** Payload fields with a meaning to recall. @default `DEFAULT_FIELDS`, applied per kind */
  readonly fields?: Partial<PayloadFields>;
  readonly batching?: BatchingOptions;
  readonly recall?: RecallingOptions;
  readonly read?: ReadingOptions;
  readonly expiry?: ExpiryOptions;
  readonly lifecycle?: LifecycleOptions;
  readonly relay?: RelayOptions;
}
