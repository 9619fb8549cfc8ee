import type { PayloadFields } from '@sfm/memory';
import type { CacheOptions } from '../cache/cache-options.js';
import type { EventsOptions } from '../events/events-options.js';
import type { EmbedderOptions, VectorsOptions } from '../indexing/indexing-options.js';
import type { BatchingOptions, LimitsOptions, ReadingOptions, RecallingOptions } from '../memory/memory-options.js';
import type { RelayOptions } from '../pipeline/relay-options.js';
import type { TruthOptions } from '../truth/truth-options.js';

/**
 * A memory system: where its memories are, and how it works with them. Only the truth has to be said; the rest is inside
 * this process unless servers are named.
 */
export interface MemorySystemOptions {
  readonly truth: TruthOptions;
  /** Namespace of callers that name none; its index is the one that health and metrics look at. @default 'api_ns' */
  readonly namespace?: string;
  /** Name under which servers see this process. @default 'soma' */
  readonly clientName?: string;
  /** @default `hash` with 768 numbers */
  readonly embedder?: EmbedderOptions;
  /** @default `embedded` */
  readonly vectors?: VectorsOptions;
  /** @default `embedded` */
  readonly events?: EventsOptions;
  /** @default a cache in this process alone */
  readonly cache?: CacheOptions;
  readonly limits?: LimitsOptions;
  /** Which fields of a payload mean something. @default `DEFAULT_FIELDS`, each by itself */
  readonly fields?: Partial<PayloadFields>;
  readonly batching?: BatchingOptions;
  readonly recall?: RecallingOptions;
  readonly read?: ReadingOptions;
  readonly relay?: RelayOptions;
}
