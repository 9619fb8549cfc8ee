/** Notices that something has gone silent that should never be silent for long. */
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

  /** Calls `onSilence` once when there was no sign for the limit. The result stops watching. */
  watch(onSilence: () => void): () => void {
    const timer = setInterval(
      () => {
        if (this.now() - this.last < this.limitMs) return;
        clearInterval(timer);
        onSilence();
      },
      Math.min(1000, this.limitMs),
    );
    return () => clearInterval(timer);
  }
}
