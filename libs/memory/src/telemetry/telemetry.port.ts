/** What was done with links. */
export type LinkOperation = 'link' | 'unlink' | 'prune' | 'neighbours' | 'path' | 'list';

export type TransferOperation = 'export' | 'import';
/** How an export or import ended: all of it, by a fault, or because its reader went away. */
export type TransferOutcome = 'complete' | 'failed' | 'abandoned';

/** Measurements of the core's work; an adapter turns them into metrics. Durations in milliseconds. */
export abstract class MemoryTelemetry {
  abstract observeStore(durationMs: number): void;
  abstract observeRecall(durationMs: number): void;
  abstract observeLane(lane: string, durationMs: number): void;
  abstract observeWriteBatch(size: number): void;
  abstract countIndexed(outcome: 'applied' | 'skipped' | 'poisoned', count: number): void;
  /** A change or a question of links was done. */
  abstract observeLinks(operation: LinkOperation, durationMs: number): void;
  /** A consolidation was done, which wrote this many memories. */
  abstract observeConsolidation(durationMs: number, written: number): void;
  /** A part of an export or import was done: so many memories, versions and links, and bytes of the file. */
  abstract countTransferred(operation: TransferOperation, records: number, bytes: number): void;
  /** An export or import has ended. */
  abstract observeTransfer(operation: TransferOperation, outcome: TransferOutcome, durationMs: number): void;
  /**
   * Returns the W3C `traceparent` of the current operation, to pass on to its effects; undefined when it is not traced.
   */
  abstract traceparent(): string | undefined;
}

/** Telemetry that discards all measurements. */
export class SilentTelemetry extends MemoryTelemetry {
  observeStore(): void {}
  observeRecall(): void {}
  observeLane(): void {}
  observeWriteBatch(): void {}
  countIndexed(): void {}
  observeLinks(_operation?: LinkOperation, _durationMs?: number): void {}
  observeConsolidation(_durationMs?: number, _written?: number): void {}
  countTransferred(_operation?: TransferOperation, _records?: number, _bytes?: number): void {}
  observeTransfer(_operation?: TransferOperation, _outcome?: TransferOutcome, _durationMs?: number): void {}
  traceparent(): undefined {}
}
