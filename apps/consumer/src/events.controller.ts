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

/** Applies events and logs one line per event, in the wording that operators search for. */
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
    let applied = 0;
    for (const { event, version, traceparent } of records) {
      const { event_id, namespace, type } = event;
      // The event's own trace, not the trace of its batch.
      const traceId = traceIdOf(traceparent);
      const trace = traceId === undefined ? {} : { trace_id: traceId };
      const reason = reasons.get(event_id);
      if (reason === undefined) {
        applied += 1;
        this.logger.log({ event: 'Successfully processed event', event_id, namespace, type, ...trace });
      } else {
        // Events from outside have no version: they must become rows first.
        this.metrics.fail(version === undefined ? 'kv_writer' : 'vector_indexer', 1);
        this.logger.warn({ event: 'Processing failed for event', event_id, namespace, type, reason, ...trace });
      }
    }
    this.metrics.succeed(applied, (performance.now() - start) / 1000);
    return outcome;
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
