import { Controller, Inject, Logger, UseFilters } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { MEMORY_EVENTS_PATTERN, RpcErrorPassThrough } from '@sfm/events';
import {
  EmbedderUnavailableError,
  EventProcessor,
  IndexUnavailableError,
  type EventRecord,
  type ProcessOutcome,
} from '@sfm/memory';
import { traceIdOf } from '@sfm/observability';
import { ConsumerMetrics } from './metrics/consumer-metrics.js';

/** What a line says of an event. */
interface EventFields {
  readonly event_id: string;
  readonly namespace: string;
  readonly type: string;
  readonly trace_id?: string;
  readonly reason?: string;
}

/**
 * Applies events. Logs one line per batch for those that were applied and one for those that were not, in the wording
 * that operators search for: the first event of each and how many they are; at the level `debug` a line per event.
 */
@Controller()
@UseFilters(RpcErrorPassThrough)
export class EventsController {
  private readonly logger = new Logger('Consumer');

  constructor(
    @Inject(EventProcessor) private readonly processor: Pick<EventProcessor, 'process'>,
    private readonly metrics: ConsumerMetrics,
  ) {}

  /** @throws any error of the processor; none of the events may be committed then */
  @EventPattern<string>(MEMORY_EVENTS_PATTERN)
  async apply(@Payload() records: readonly EventRecord[]): Promise<ProcessOutcome> {
    const start = performance.now();
    const outcome = await this.process(records);
    const reasons = new Map(outcome.poisoned.map(({ eventId, reason }) => [eventId, reason]));
    const applied: EventFields[] = [];
    const refused: EventFields[] = [];
    for (const { event, version, traceparent } of records) {
      const { event_id, namespace, type } = event;
      // The event's own trace, not the trace of its batch.
      const traceId = traceIdOf(traceparent);
      const trace = traceId === undefined ? {} : { trace_id: traceId };
      const fields = { event_id, namespace, type, ...trace };
      const reason = reasons.get(event_id);
      if (reason === undefined) {
        applied.push(fields);
      } else {
        // Events from outside have no version: they must become rows first.
        this.metrics.fail(version === undefined ? 'kv_writer' : 'vector_indexer', 1);
        refused.push({ ...fields, reason });
      }
    }
    this.tell('log', 'Successfully processed event', applied);
    this.tell('warn', 'Processing failed for event', refused);
    this.metrics.succeed(applied.length, (performance.now() - start) / 1000);
    return outcome;
  }

  private tell(level: 'log' | 'warn', event: string, [first, ...others]: readonly EventFields[]): void {
    if (first === undefined) return;
    const count = others.length === 0 ? {} : { events: others.length + 1 };
    this.logger[level]({ event, ...first, ...count });
    for (const each of others) this.logger.debug({ event, ...each });
  }

  private async process(records: readonly EventRecord[]): Promise<ProcessOutcome> {
    try {
      return await this.processor.process(records);
    } catch (error) {
      const isIndexing = error instanceof IndexUnavailableError || error instanceof EmbedderUnavailableError;
      this.metrics.fail(isIndexing ? 'vector_indexer' : 'kv_writer', records.length);
      throw error;
    }
  }
}
