/** Counts the calls that somebody waits for. */
export class OpenCalls {
  private count = 0;
  private readonly waiting = new Set<() => void>();

  enter(): void {
    this.count += 1;
  }

  leave(): void {
    this.count -= 1;
    if (this.count > 0) return;
    for (const goOn of this.waiting) goOn();
    this.waiting.clear();
  }

  /** Resolves when there is none. */
  whenNone(): Promise<void> {
    if (this.count === 0) return Promise.resolve();
    return new Promise((resolve) => this.waiting.add(resolve));
  }
}
