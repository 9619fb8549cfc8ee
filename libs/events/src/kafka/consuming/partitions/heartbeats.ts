/** Sends heartbeats during long work, and records when the brokers want the partitions back. */
export class Heartbeats {
  private readonly timer: NodeJS.Timeout;
  private refusal: unknown;
  private isRefused = false;

  /** @param beat rejects when the group is rebalancing, or the brokers are away. */
  constructor(beat: () => Promise<void>, intervalMs: number) {
    this.timer = setInterval(() => {
      if (this.isRefused) return;
      beat().catch((error: unknown) => {
        this.isRefused = true;
        this.refusal = error;
      });
    }, intervalMs);
  }

  /** @throws the error of a refused heartbeat: stop processing and rejoin the group. */
  assertAccepted(): void {
    if (this.isRefused) throw this.refusal;
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
