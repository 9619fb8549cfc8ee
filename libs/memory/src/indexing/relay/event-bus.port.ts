import type { EventRecord } from '../../event-model/memory-event.js';
import type { PublishOutcome } from './outbox.port.js';

/** Carries events from the relay to whoever applies them, in order per key. */
export abstract class EventBus {
  /** Resolves when the records are safe on the bus: a crash of this process after that loses none of them. */
  abstract publish(records: readonly EventRecord[]): Promise<PublishOutcome>;
}
