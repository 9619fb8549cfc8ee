import cluster, { type Worker } from 'node:cluster';
import type { LoggerService } from '@nestjs/common';
import { backoffMs } from '@sfm/memory';
import type { ClusterScrape } from '@sfm/observability';
import { closeWithWorker } from './handed-connections.js';

/** A worker that dies sooner after its start is not replaced immediately. */
const HEALTHY_AFTER_MS = 10_000;
const BACKOFF = { minMs: 200, maxMs: 10_000, jitter: 0 };

/**
 * Several processes behind one port (node:cluster): this process owns the port and distributes requests to the workers
 * in turn. Replaces workers that die; if the first ones fail to start, the service fails to start.
 */
export class WorkerPool {
  private stopping = false;
  private quickDeaths = 0;
  private hasServed = false;
  private finish: (code: number) => void = () => {};

  constructor(
    private readonly size: number,
    private readonly logger: LoggerService,
    private readonly scrape: ClusterScrape,
  ) {}

  /** Starts the workers; resolves with the exit code after all have exited. */
  async run(): Promise<number> {
    const ended = new Promise<number>((resolve) => (this.finish = resolve));
    cluster.on('message', (worker, message: unknown) => void this.scrape.answer(worker, message));
    cluster.on('listening', () => (this.hasServed = true));
    for (let slot = 0; slot < this.size; slot += 1) this.fork();
    return ended;
  }

  /** Makes every worker answer its requests in flight and exit. */
  stop(): void {
    this.stopping = true;
    for (const worker of workers()) worker.process.kill('SIGTERM');
    if (workers().length === 0) this.finish(0);
  }

  private fork(): void {
    const bornAt = performance.now();
    const worker = cluster.fork();
    closeWithWorker(worker);
    // Raised by a message to a worker that has just died; the exit handler below deals with that.
    worker.on('error', () => undefined);
    worker.once('exit', (code, signal) => this.onExit({ code, signal, lifeMs: performance.now() - bornAt }));
  }

  private onExit({ code, signal, lifeMs }: { code: number; signal: string | null; lifeMs: number }): void {
    if (this.stopping) {
      if (workers().length === 0) this.finish(0);
      return;
    }
    if (!this.hasServed) {
      // A worker that cannot start means that none can; it has already logged why.
      this.stopping = true;
      for (const worker of workers()) worker.process.kill('SIGTERM');
      this.finish(code || 1);
      return;
    }
    this.quickDeaths = lifeMs < HEALTHY_AFTER_MS ? this.quickDeaths + 1 : 0;
    const pause = this.quickDeaths === 0 ? 0 : backoffMs(this.quickDeaths, BACKOFF);
    this.logger.warn(`a worker ended (${signal ?? `code ${code}`}); another one starts in ${pause} ms`);
    setTimeout(() => {
      if (!this.stopping) this.fork();
    }, pause);
  }
}

function workers(): Worker[] {
  return Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
}
