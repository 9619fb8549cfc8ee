import type { OutboxRelayOptions } from '@sfm/events';
import {
  DEFAULT_RANKING,
  MODEL_RANKING,
  toNamespace,
  type MicroBatcherOptions,
  type OverlayOptions,
  type PayloadFields,
  type RankingOptions,
  type Namespace,
} from '@sfm/memory';
import type { CacheOptions } from '../cache/cache-options.js';
import type { EventsOptions } from '../events/events-options.js';
import { DEFAULT_DIMENSION } from '../indexing/embedding-dimension.js';
import type { EmbedderOptions, IndexingOptions } from '../indexing/indexing-options.js';
import { batchingOf } from '../memory/batching.js';
import {
  DEFAULT_FIELDS,
  DEFAULT_LIMITS,
  type ExpiryOptions,
  type MemoryLimits,
  type ReadingOptions,
  type RecallingOptions,
} from '../memory/memory-options.js';
import { overlayBounds } from '../memory/overlay-bounds.js';
import { DEFAULT_LIFECYCLE, type LifecycleOptions } from '../retention/lifecycle-options.js';
import { relayOptionsFor } from '../pipeline/relay-options.js';
import { DEFAULT_POOL_SIZE } from '../truth/open-truth.js';
import type { TruthOptions } from '../truth/truth-options.js';
import type { MemorySystemOptions } from './memory-system-options.js';

const RECALL = { warmupWaitMs: 15_000, visibilityWaitMs: 2000 };
const READ = { accessDelayMs: 2000 };
const EXPIRY = { intervalMs: 60_000 };

/** `MemorySystemOptions` with every default filled in. */
export interface CompleteOptions extends IndexingOptions {
  readonly truth: TruthOptions;
  readonly namespace: Namespace;
  readonly clientName: string;
  readonly events: EventsOptions;
  readonly cache: CacheOptions;
  readonly limits: MemoryLimits;
  readonly fields: PayloadFields;
  readonly batching: MicroBatcherOptions;
  readonly recall: Required<Omit<RecallingOptions, 'overlay'>> & { readonly overlay: OverlayOptions };
  readonly read: Required<ReadingOptions>;
  readonly expiry: Required<ExpiryOptions>;
  readonly lifecycle: Required<LifecycleOptions>;
  readonly relay: OutboxRelayOptions;
}

/**
 * Fills in defaults, some of which depend on the servers in the options.
 *
 * @throws InvalidRequestError when `namespace` is not a valid namespace name
 */
export function completeOptions(given: MemorySystemOptions): CompleteOptions {
  const { truth, namespace = 'api_ns', clientName = 'soma' } = given;
  const { embedder = { kind: 'hash', dimension: DEFAULT_DIMENSION }, vectors = { kind: 'embedded' } } = given;
  const { events = { kind: 'embedded' }, cache = {}, batching = {} } = given;
  const { overlay: bounds, ...recall } = given.recall ?? {};
  const overlay = over(overlayBounds({ embedder, vectors }), bounds);
  return {
    truth,
    namespace: toNamespace(namespace),
    clientName,
    embedder,
    vectors,
    events,
    cache,
    limits: over(DEFAULT_LIMITS, given.limits),
    fields: over(DEFAULT_FIELDS, given.fields),
    batching: batchingOf(batching, truth.pool?.size ?? DEFAULT_POOL_SIZE),
    recall: { ...over({ ...RECALL, ranking: rankingFor(embedder) }, recall), overlay },
    read: over(READ, given.read),
    expiry: over(EXPIRY, given.expiry),
    lifecycle: over(DEFAULT_LIFECYCLE, given.lifecycle),
    relay: over(relayOptionsFor(events, overlay), given.relay),
  };
}

/** Feature hashing knows how words are spelled; what else embeds, what they mean. */
function rankingFor({ kind }: EmbedderOptions): RankingOptions {
  return kind === 'hash' ? DEFAULT_RANKING : MODEL_RANKING;
}

/** Ignores options that are explicitly undefined. */
function over<T extends object>(defaults: T, given: Partial<T> = {}): T {
  const said = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(said) };
}
