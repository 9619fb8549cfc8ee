import type { ConsumingObserver, PassedOver, RetryCause } from '@sfm/events';
import { answerInTime, SharedReading } from '@sfm/observability';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** The part that failed: the ledger and memories, or the vector index. */
export type FailedComponent = 'kv_writer' | 'vector_indexer';

/** Read at each scrape; one that fails or is slow loses only its own value, never the scrape. */
export interface ConsumerGauges {
  /** Messages per partition that the group has not committed. */
  readonly lag: () => Promise<ReadonlyMap<number, number>>;
  readonly oldestEventAgeSeconds: () => number;
  /** Current number of dead-lettered events. */
  readonly deadLetterCount: () => Promise<number>;
  /** Number of partitions assigned to this process. */
  readonly partitions: () => number;
}

const LATENCY_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const SIZE_BUCKETS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000];
const BOTH = 'both';

/** Metrics of the consumer, under the names that alerts and dashboards query. */
export class ConsumerMetrics implements ConsumingObserver {
  private readonly consumed: Counter<'topic'>;
  private readonly succeeded: Counter<'component'>;
  private readonly failures: Counter<'component'>;
  private readonly latency: Histogram<'component'>;
  private readonly batchSize: Histogram;
  private readonly retries: Counter<'cause'>;
  private readonly deadLettersTotal: Counter;
  private readonly passedOverTotal: Counter<'kind'>;

  constructor(
    private readonly registry: Registry,
    private readonly topic: string,
  ) {
    const registers = [registry];
    const counter = <L extends string>(name: string, help: string, labelNames: L[] = []) =>
      new Counter({ name, help, labelNames, registers });
    this.consumed = counter('consumer_messages_consumed_total', 'Messages whose offset is committed', ['topic']);
    this.succeeded = counter('consumer_process_success_total', 'Events whose effects are durable', ['component']);
    this.failures = counter('consumer_process_failure_total', 'Events in tries that failed', ['component']);
    this.retries = counter('consumer_retries_total', 'Pauses of a partition before another try', ['cause']);
    this.deadLettersTotal = counter('consumer_dead_letters_total', 'Messages put on the dead letter topic');
    this.passedOverTotal = counter('consumer_passed_over_total', 'Events that there is nothing to do with, by kind', [
      'kind',
    ]);
    this.latency = new Histogram({
      name: 'consumer_processing_latency_seconds',
      help: 'Time to apply a batch of events',
      labelNames: ['component'],
      buckets: LATENCY_BUCKETS,
      registers,
    });
    this.batchSize = new Histogram({
      name: 'consumer_batch_size',
      help: 'Events applied together',
      buckets: SIZE_BUCKETS,
      registers,
    });
    this.showZeros();
  }

  committed(messages: number): void {
    this.consumed.inc({ topic: this.topic }, messages);
  }

  handed(events: number): void {
    this.batchSize.observe(events);
  }

  retrying(cause: RetryCause): void {
    this.retries.inc({ cause });
  }

  deadLettered(messages: number): void {
    this.deadLettersTotal.inc(messages);
  }

  passedOver({ kind }: PassedOver): void {
    this.passedOverTotal.inc({ kind });
  }

  succeed(events: number, seconds: number): void {
    this.succeeded.inc({ component: BOTH }, events);
    this.latency.observe({ component: BOTH }, seconds);
  }

  fail(component: FailedComponent, events: number): void {
    this.failures.inc({ component }, events);
  }

  /** Registers the sources to read at each scrape. Call once. */
  registerGauges({ lag, oldestEventAgeSeconds, deadLetterCount, partitions }: ConsumerGauges): void {
    this.registerLag(lag);
    this.registerGauge(
      'consumer_oldest_event_age_seconds',
      'Age of the oldest event that is being applied or waits for another try; 0 when there is none',
      oldestEventAgeSeconds,
    );
    this.registerGauge('consumer_dlq_events', 'Events on the dead letter topic', deadLetterCount);
    this.registerGauge('consumer_assigned_partitions', 'Partitions that this process has', partitions);
  }

  private registerLag(lag: ConsumerGauges['lag']): void {
    const { topic } = this;
    let readAtMs: number | undefined;
    const reading = new SharedReading(async () => {
      const read = await lag();
      readAtMs = performance.now();
      return read;
    });
    new Gauge({
      name: 'consumer_lag',
      help: 'Messages that the group had not committed when the brokers last said so; every member reports all partitions, so take the maximum',
      labelNames: ['topic', 'partition'],
      registers: [this.registry],
      async collect() {
        const lags = await answerInTime(() => reading.get());
        // Brokers that hang must not make a backlog vanish.
        if (lags === undefined) return;
        this.reset();
        for (const [partition, messages] of lags) this.set({ topic, partition: String(partition) }, messages);
      },
    });
    new Gauge({
      name: 'consumer_lag_age_seconds',
      help: 'How long ago consumer_lag was read; NaN until it was',
      registers: [this.registry],
      collect() {
        this.set(readAtMs === undefined ? Number.NaN : (performance.now() - readAtMs) / 1000);
      },
    });
  }

  private registerGauge(name: string, help: string, read: () => number | Promise<number>): void {
    const reading = new SharedReading(read);
    new Gauge({
      name,
      help,
      registers: [this.registry],
      async collect() {
        this.set((await answerInTime(() => reading.get())) ?? Number.NaN);
      },
    });
  }

  /** Starts the counters at zero, so that a rate over them includes the first increment. */
  private showZeros(): void {
    this.consumed.inc({ topic: this.topic }, 0);
    this.succeeded.inc({ component: BOTH }, 0);
    for (const component of ['kv_writer', 'vector_indexer'] as const) this.failures.inc({ component }, 0);
    for (const cause of ['server_away', 'event_failed'] as const) this.retries.inc({ cause }, 0);
  }
}
