/** The part of `process.stderr` that progress uses. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const INTERVAL_MS = 100;
const CLEAR = '\r\u001b[K';

/** A progress line that is overwritten in place; writes nothing unless the output is a terminal. */
export class ProgressLine {
  private lastAt = -Infinity;
  private isShown = false;

  constructor(private readonly stream: ProgressStream) {}

  show(text: string): void {
    if (!this.stream.isTTY || performance.now() - this.lastAt < INTERVAL_MS) return;
    this.lastAt = performance.now();
    this.isShown = true;
    // A wrapped line would not be fully overwritten.
    this.stream.write(`${CLEAR}${text.slice(0, (this.stream.columns ?? 80) - 1)}`);
  }

  /** Clears the line for other output. */
  clear(): void {
    if (this.isShown) this.stream.write(CLEAR);
    this.isShown = false;
  }
}
