import { Counter, Histogram, type Registry } from 'prom-client';
import { CircuitMetrics, type WatchedCircuit } from './circuit-metrics.js';
import { GrpcMetrics } from './grpc-metrics.js';
import { LifecycleMetrics } from './lifecycle-metrics.js';
import { PulledGauges, type GaugeSources } from './gauge-sources.js';

/** One answered HTTP request. */
export interface HttpObservation {
  /** The route pattern, so that the number of time series stays bounded; undefined where no route matched. */
  readonly route: string | undefined;
  readonly method: string;
  readonly status: number;
  readonly seconds: number;
}

const UNMATCHED_ROUTE = 'unmatched';
// The buckets the reference implementation's client library uses by default; its alerts and dashboards expect them.
const REQUEST_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const FAST_BUCKETS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Of work that takes as long as there is much of it. */
const LONG_BUCKETS = [0.1, 0.5, 1, 5, 10, 30, 60, 300, 600, 1800, 3600];
const SIZE_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

/**
 * Every metric of the service, on one registry. The method names are those of the core's telemetry port, so that a
 * composition root can bind this object to it.
 */
export class ServiceMetrics {
  private readonly requests: Counter<'endpoint' | 'method'>;
  private readonly responses: Counter<'endpoint' | 'method' | 'status'>;
  private readonly requestLatency: Histogram<'endpoint' | 'method'>;
  private readonly notFound: Counter;
  private readonly storeLatency: Histogram;
  private readonly recallLatency: Histogram;
  private readonly laneLatency: Histogram<'lane'>;
  private readonly linkLatency: Histogram<'operation'>;
  private readonly batchSize: Histogram;
  private readonly indexed: Counter<'outcome'>;
  private readonly consolidationTime: Histogram;
  private readonly consolidated: Counter;
  private readonly transferTime: Histogram<'operation' | 'outcome'>;
  private readonly transferredRecords: Counter<'operation'>;
  private readonly transferredBytes: Counter<'operation'>;
  private readonly cacheLookups: Counter<'outcome'>;
  private readonly redisFallbacks: Counter<'use'>;
  /** Calls of gRPC. */
  readonly grpc: GrpcMetrics;
  /** Work on the life of memories. */
  readonly lifecycle: LifecycleMetrics;
  private readonly gauges: PulledGauges;
  private readonly circuits: CircuitMetrics;

  constructor(readonly registry: Registry) {
    const registers = [registry];
    const counter = <L extends string>(name: string, help: string, labelNames: L[] = []) =>
      new Counter({ name, help, labelNames, registers });
    const histogram = (name: string, help: string, buckets = FAST_BUCKETS) =>
      new Histogram({ name, help, buckets, registers });

    this.requests = counter('api_requests_total', 'HTTP requests answered', ['endpoint', 'method']);
    this.responses = counter('api_responses_total', 'HTTP responses by status', ['endpoint', 'method', 'status']);
    this.notFound = counter('http_404_requests_total', 'HTTP requests answered with 404');
    this.requestLatency = new Histogram({
      name: 'api_request_latency_seconds',
      help: 'Time to answer an HTTP request',
      buckets: REQUEST_BUCKETS,
      labelNames: ['endpoint', 'method'],
      registers,
    });
    this.laneLatency = new Histogram({
      name: 'soma_recall_lane_latency_seconds',
      help: 'Time of one lane of a recall',
      buckets: FAST_BUCKETS,
      labelNames: ['lane'],
      registers,
    });
    this.linkLatency = new Histogram({
      name: 'soma_links_latency_seconds',
      help: 'Time of a change of links, or of a question about them',
      buckets: FAST_BUCKETS,
      labelNames: ['operation'],
      registers,
    });
    this.storeLatency = histogram('soma_store_latency_seconds', 'Time from a store to its durable commit');
    this.recallLatency = histogram('soma_recall_latency_seconds', 'Time of a whole recall');
    this.batchSize = histogram('soma_write_batch_size', 'Memories in one write statement', SIZE_BUCKETS);
    this.indexed = counter('soma_index_events_total', 'Events handled by the indexer', ['outcome']);
    this.consolidationTime = histogram('soma_consolidation_seconds', 'Time of a whole consolidation', REQUEST_BUCKETS);
    this.consolidated = counter('soma_consolidated_memories_total', 'Memories that consolidations wrote');
    this.transferTime = new Histogram({
      name: 'soma_transfer_seconds',
      help: 'Time of a whole export or import, by how it ended',
      buckets: LONG_BUCKETS,
      labelNames: ['operation', 'outcome'],
      registers,
    });
    this.transferredRecords = counter('soma_transferred_records_total', 'Records exported and imported', ['operation']);
    this.transferredBytes = counter('soma_transferred_bytes_total', 'Bytes of files exported and imported', [
      'operation',
    ]);
    this.cacheLookups = counter('soma_cache_lookups_total', 'Large payloads looked up in the cache', ['outcome']);
    this.redisFallbacks = counter('soma_redis_fallbacks_total', 'What had to be done without Redis', ['use']);
    this.grpc = new GrpcMetrics(registry);
    this.lifecycle = new LifecycleMetrics(registry);
    this.gauges = new PulledGauges(registry);
    this.circuits = new CircuitMetrics(registry);
    // Starts each series at zero; otherwise `increase` would miss the first event.
    for (const operation of ['export', 'import']) {
      for (const outcome of ['complete', 'failed', 'abandoned']) this.transferTime.zero({ operation, outcome });
      this.transferredRecords.inc({ operation }, 0);
      this.transferredBytes.inc({ operation }, 0);
    }
    for (const outcome of ['applied', 'skipped', 'poisoned']) this.indexed.inc({ outcome }, 0);
  }

  observeHttp({ route, method, status, seconds }: HttpObservation): void {
    const endpoint = route ?? UNMATCHED_ROUTE;
    this.requests.inc({ endpoint, method });
    this.responses.inc({ endpoint, method, status: String(status) });
    this.requestLatency.observe({ endpoint, method }, seconds);
    if (status === 404) this.notFound.inc();
  }

  observeStore(milliseconds: number): void {
    this.storeLatency.observe(milliseconds / 1000);
  }

  observeRecall(milliseconds: number): void {
    this.recallLatency.observe(milliseconds / 1000);
  }

  observeLane(lane: string, milliseconds: number): void {
    this.laneLatency.observe({ lane }, milliseconds / 1000);
  }

  observeLinks(operation: string, milliseconds: number): void {
    this.linkLatency.observe({ operation }, milliseconds / 1000);
  }

  observeBatch(size: number): void {
    this.batchSize.observe(size);
  }

  countIndexed(outcome: 'applied' | 'skipped' | 'poisoned', count: number): void {
    if (count > 0) this.indexed.inc({ outcome }, count);
  }

  observeConsolidation(milliseconds: number, written: number): void {
    this.consolidationTime.observe(milliseconds / 1000);
    this.consolidated.inc(written);
  }

  countTransferred(operation: string, records: number, bytes: number): void {
    this.transferredRecords.inc({ operation }, records);
    this.transferredBytes.inc({ operation }, bytes);
  }

  observeTransfer(operation: string, outcome: string, milliseconds: number): void {
    this.transferTime.observe({ operation, outcome }, milliseconds / 1000);
  }

  countCacheLookups(hits: number, misses: number): void {
    if (hits > 0) this.cacheLookups.inc({ outcome: 'hit' }, hits);
    if (misses > 0) this.cacheLookups.inc({ outcome: 'miss' }, misses);
  }

  countRedisFallback(use: 'cache' | 'rate_limit'): void {
    this.redisFallbacks.inc({ use });
  }

  /** Shows the state of the server's circuit breaker from now on. */
  watchCircuit(server: string, read: () => WatchedCircuit): void {
    this.circuits.watch(server, read);
  }

  /** Registers sources to read at each scrape; a later registration replaces sources of the same name. */
  registerGauges(sources: GaugeSources): void {
    this.gauges.register(sources);
  }
}
