/** Detects when something that should report regularly goes silent. */
export class LifeSigns {
  private last: number;

  constructor(
    private readonly limitMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.last = now();
  }

  note(): void {
    this.last = this.now();
  }

  /** Milliseconds since the last sign. */
  get silentMs(): number {
    return this.now() - this.last;
  }

  /** Calls `onSilence` once when no sign came within the limit. Returns a function that stops watching. */
  watch(onSilence: () => void): () => void {
    const timer = setInterval(
      () => {
        if (this.silentMs < this.limitMs) return;
        clearInterval(timer);
        onSilence();
      },
      Math.min(1000, this.limitMs),
    );
    return () => clearInterval(timer);
  }
}
