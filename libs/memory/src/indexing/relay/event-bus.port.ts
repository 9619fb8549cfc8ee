import type { EventRecord } from '../../event-model/memory-event.js';
import type { PublishOutcome } from './outbox.port.js';

/** Carries events from the relay to the consumers that apply them, in order per key. */
export abstract class EventBus {
  /** Resolves when the records are durable on the bus: a crash of this process after that loses none of them. */
  abstract publish(records: readonly EventRecord[]): Promise<PublishOutcome>;
}
