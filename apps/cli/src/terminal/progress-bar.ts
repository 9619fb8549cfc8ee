import type { SingleBar } from 'cli-progress';

const FORMAT = '{what} [{bar}] {percentage}% {value}/{total}';

/** A bar on standard error while that is a terminal; nothing otherwise. */
export class ProgressBar {
  private bar: SingleBar | undefined;

  /** @param total how much there is to do. */
  async start(what: string, total: number): Promise<void> {
    if (!process.stderr.isTTY) return;
    // Loaded where a bar is seen, which help and pipes never do.
    const { SingleBar, Presets } = await import('cli-progress');
    this.bar = new SingleBar({ format: FORMAT, stream: process.stderr, clearOnComplete: true }, Presets.legacy);
    this.bar.start(total, 0, { what });
  }

  done(value: number): void {
    this.bar?.update(value);
  }

  stop(): void {
    this.bar?.stop();
    this.bar = undefined;
  }
}
