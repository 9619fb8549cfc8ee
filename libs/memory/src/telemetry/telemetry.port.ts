/** What the core tells about its own work; an adapter turns it into metrics. Durations in milliseconds. */
export abstract class MemoryTelemetry {
  abstract observeStore(durationMs: number): void;
  abstract observeRecall(durationMs: number): void;
  abstract observeLane(lane: string, durationMs: number): void;
  abstract observeWriteBatch(size: number): void;
  abstract observeOverlay(size: number): void;
  abstract countIndexed(outcome: 'applied' | 'skipped' | 'poisoned', count: number): void;
  /** The W3C `traceparent` of what is going on, to travel with what it causes; undefined when that is not traced. */
  abstract traceparent(): string | undefined;
}

/** Telemetry for callers that watch nothing. */
export class SilentTelemetry extends MemoryTelemetry {
  observeStore(): void {}
  observeRecall(): void {}
  observeLane(): void {}
  observeWriteBatch(): void {}
  observeOverlay(): void {}
  countIndexed(): void {}
  traceparent(): undefined {}
}
