import { MemoryTelemetry, type LinkOperation, type TransferOperation, type TransferOutcome } from '@sfm/memory';
import { currentTraceparent, type ServiceMetrics } from '@sfm/observability';

/** Records the core's telemetry as Prometheus metrics, and gives the core the current trace. */
export class PrometheusMemoryTelemetry extends MemoryTelemetry {
  constructor(private readonly metrics: ServiceMetrics) {
    super();
  }

  observeStore(durationMs: number): void {
    this.metrics.observeStore(durationMs);
  }

  observeRecall(durationMs: number): void {
    this.metrics.observeRecall(durationMs);
  }

  observeLane(lane: string, durationMs: number): void {
    this.metrics.observeLane(lane, durationMs);
  }

  observeWriteBatch(size: number): void {
    this.metrics.observeBatch(size);
  }

  countIndexed(outcome: 'applied' | 'skipped' | 'poisoned', count: number): void {
    this.metrics.countIndexed(outcome, count);
  }

  observeLinks(operation: LinkOperation, durationMs: number): void {
    this.metrics.observeLinks(operation, durationMs);
  }

  observeConsolidation(durationMs: number, written: number): void {
    this.metrics.observeConsolidation(durationMs, written);
  }

  countTransferred(operation: TransferOperation, records: number, bytes: number): void {
    this.metrics.countTransferred(operation, records, bytes);
  }

  observeTransfer(operation: TransferOperation, outcome: TransferOutcome, durationMs: number): void {
    this.metrics.observeTransfer(operation, outcome, durationMs);
  }

  traceparent(): string | undefined {
    return currentTraceparent();
  }
}
