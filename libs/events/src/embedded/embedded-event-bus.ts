import { EventBus, type EventRecord, type PublishOutcome } from '@sfm/memory';
import { traceShared } from '@sfm/observability';
import type { EventValidator } from '../validation/event-validator.js';

/** Applies events where they arrive; resolves when the effects are durable. */
export type EventSubscriber = (records: readonly EventRecord[]) => Promise<PublishOutcome>;

/**
 * The event bus of a single process. Events stay in the outbox until the subscriber has applied them, so they survive a
 * crash: no second copy exists that could be lost.
 */
export class EmbeddedEventBus extends EventBus {
  constructor(
    private readonly validator: EventValidator,
    private readonly subscriber: EventSubscriber,
  ) {
    super();
  }

  async publish(records: readonly EventRecord[]): Promise<PublishOutcome> {
    const valid: EventRecord[] = [];
    const refused: { eventId: string; reason: string }[] = [];
    for (const record of records) {
      const problem = this.validator.problem(record.event);
      if (problem === null) valid.push(record);
      else refused.push({ eventId: record.event.event_id, reason: problem });
    }
    if (valid.length === 0) return { published: [], poisoned: refused };
    const outcome = await traceShared(
      { name: 'process events', kind: 'internal', attributes: { 'soma.batch.size': valid.length } },
      valid.map(({ traceparent }) => traceparent),
      () => this.subscriber(valid),
    );
    return { published: outcome.published, poisoned: [...refused, ...(outcome.poisoned ?? [])] };
  }
}
