import { DEFAULT_RELAY_OPTIONS, type OutboxRelayOptions } from '@sfm/events';
import type { OverlayOptions } from '@sfm/memory';
import type { EventsOptions } from '../events/events-options.js';

/** How committed events are moved on; what is not said is as `DEFAULT_RELAY_OPTIONS`, or suits who carries them. */
export type RelayOptions = Partial<Omit<OutboxRelayOptions, 'yieldsTo'>>;

/**
 * Longest time that events give way to writes when brokers take them, in milliseconds. Indexing that begins at once takes
 * a third of the speed of a burst on one machine; indexing that begins late lasts longer after it.
 */
const BROKER_MAX_YIELD_MS = 3000;
/** With more waiting events they take turns: indexing so many takes as long as Qdrant alone needs for 10 000 vectors. */
const BROKER_MAX_YIELD_EVENTS = 5000;

/** Events give way to writes only while recall can look through all that waits by itself, which `overlay` says. */
export function relayOptionsFor(
  { kind }: Pick<EventsOptions, 'kind'>,
  { maxEmbedded, maxPoints }: OverlayOptions,
): OutboxRelayOptions {
  if (kind === 'embedded') return DEFAULT_RELAY_OPTIONS;
  return {
    ...DEFAULT_RELAY_OPTIONS,
    maxYieldMs: BROKER_MAX_YIELD_MS,
    maxYieldEvents: Math.min(BROKER_MAX_YIELD_EVENTS, maxEmbedded, maxPoints),
  };
}
