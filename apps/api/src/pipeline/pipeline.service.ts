import type { LoggerService } from '@nestjs/common';
import type { OutboxRelay } from '@sfm/events';
import type { IndexLoader, IndexWarmup } from '@sfm/memory';

const RELOAD_DELAY_MS = 1000;

/** Runs what happens behind an acknowledged write: fills the in-process indexes, then relays events to the indexer. */
export class PipelineService {
  private stopping = false;
  private loading: Promise<void> = Promise.resolve();
  private cancelDelay: () => void = () => {};

  constructor(
    private readonly loader: IndexLoader,
    private readonly warmup: IndexWarmup,
    private readonly relay: OutboxRelay,
    private readonly logger: LoggerService,
  ) {}

  /** Starts relaying at once and loading in the background; recall waits until loading is done. */
  async start(): Promise<void> {
    this.loading = this.loadUntilDone();
    await this.relay.start();
  }

  /** Finishes what is under way. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.cancelDelay();
    await Promise.all([this.relay.stop(), this.loading]);
  }

  private async loadUntilDone(): Promise<void> {
    while (!this.stopping) {
      try {
        const start = performance.now();
        const rows = await this.loader.load();
        this.warmup.markReady();
        if (rows > 0)
          this.logger.log(`loaded ${rows} memories into the index in ${Math.round(performance.now() - start)} ms`);
        return;
      } catch (error) {
        this.warmup.noteFailure(error);
        this.logger.warn(
          `loading the index failed and is tried again: ${error instanceof Error ? error.message : String(error)}`,
        );
        await this.delay();
      }
    }
  }

  private async delay(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, RELOAD_DELAY_MS);
      this.cancelDelay = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
