import { LifecycleTelemetry, type LifecycleJob, type RemovalReason } from '@sfm/memory';
import type { ServiceMetrics } from '@sfm/observability';

/** Records the work on the life of memories as Prometheus metrics. */
export class PrometheusLifecycleTelemetry extends LifecycleTelemetry {
  constructor(private readonly metrics: ServiceMetrics) {
    super();
  }

  countRun(job: LifecycleJob, outcome: 'done' | 'failed' | 'lost'): void {
    this.metrics.lifecycle.countRun(job, outcome);
  }

  countRemoved(reason: RemovalReason, count: number): void {
    this.metrics.lifecycle.countRemoved(reason, count);
  }

  countDecayed(count: number): void {
    this.metrics.lifecycle.countDecayed(count);
  }

  noteLease(isHeld: boolean): void {
    this.metrics.lifecycle.noteLease(isHeld);
  }
}
