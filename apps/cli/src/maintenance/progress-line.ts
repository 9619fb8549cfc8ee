/** As much of `process.stderr` as progress needs. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const INTERVAL_MS = 100;
const CLEAR = '\r\u001b[K';

/** One line of a terminal that is written over and over; nothing where nobody watches. */
export class ProgressLine {
  private lastAt = -Infinity;
  private isShown = false;

  constructor(private readonly stream: ProgressStream) {}

  show(text: string): void {
    if (!this.stream.isTTY || performance.now() - this.lastAt < INTERVAL_MS) return;
    this.lastAt = performance.now();
    this.isShown = true;
    // A line that wraps would leave its beginning behind.
    this.stream.write(`${CLEAR}${text.slice(0, (this.stream.columns ?? 80) - 1)}`);
  }

  /** Makes room for other output. */
  clear(): void {
    if (this.isShown) this.stream.write(CLEAR);
    this.isShown = false;
  }
}
