import type { LoggerService } from '@nestjs/common';
import type { OutboxRelay } from '@sfm/events';
import type { IndexFilling, IndexWarmup } from '@sfm/memory';
import type { EventBusConnection } from '../events/event-bus.module.js';
import type { LedgerWatch } from './ledger-watch.js';

const RELOAD_DELAY_MS = 1000;

/** Runs the work behind acknowledged writes: fills the in-process indexes, keeps them current and relays events. */
export class PipelineService {
  private stopping = false;
  private loading: Promise<void> = Promise.resolve();
  private cancelDelay: () => void = () => {};

  constructor(
    private readonly filling: IndexFilling,
    private readonly warmup: IndexWarmup,
    private readonly relay: OutboxRelay,
    private readonly bus: EventBusConnection,
    private readonly logger: LoggerService,
    /** Undefined when events update the in-process indexes directly. */
    private readonly watch?: LedgerWatch,
  ) {}

  /** Starts the relay, and loads the indexes in the background; recall goes without those that are not loaded. */
  async start(): Promise<void> {
    this.warmup.begin();
    this.loading = this.loadUntilDone();
    await this.relay.start();
  }

  /** Finishes the work in progress. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.cancelDelay();
    await Promise.all([this.relay.stop(), this.loading]);
    await this.watch?.stop();
    await this.bus.close();
  }

  private async loadUntilDone(): Promise<void> {
    while (!this.stopping) {
      try {
        const start = performance.now();
        const rows = await this.filling.load({ onLoaded: (index) => this.warmup.markLoaded(index) });
        this.warmup.markReady();
        if (rows > 0)
          this.logger.log(`loaded ${rows} memories into the index in ${Math.round(performance.now() - start)} ms`);
        await this.watch?.start();
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
