import { DEFAULT_RELAY_OPTIONS, type OutboxRelayOptions } from '@sfm/events';
import type { OverlayOptions } from '@sfm/memory';
import type { EventsOptions } from '../events/events-options.js';

/** Overrides for relaying committed events; the defaults are `DEFAULT_RELAY_OPTIONS`, adjusted to the event bus. */
export type RelayOptions = Partial<Omit<OutboxRelayOptions, 'yieldsTo'>>;

/**
 * Longest time that the relay to brokers pauses in favour of writes, in milliseconds. Indexing immediately costs a write
 * burst a third of its speed on one machine; indexing later takes longer to finish after the burst.
 */
const BROKER_MAX_YIELD_MS = 3000;
/** Above this backlog, events and writes alternate: indexing it takes as long as Qdrant needs for 10 000 vectors. */
const BROKER_MAX_YIELD_EVENTS = 5000;

/** The relay pauses in favour of writes only while a recall can search the whole backlog, within the `overlay` bounds. */
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
