import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

interface Answer {
  readonly ms: number;
  readonly isAnswer: boolean;
}

/** How `/ping` has been answered for a while, on a connection that nobody else uses. */
export interface PingReport {
  /** Longest time to an answer, in milliseconds. */
  readonly worstMs: number;
  /** 99th percentile of the times, in milliseconds. */
  readonly p99Ms: number;
  readonly count: number;
  /** Pings that got another answer than 200, or none. */
  readonly unanswered: number;
}

/** Asks `/ping` all the time from a thread of its own, and tells how long the answers took. */
export class PingWatch {
  private readonly worker: Worker;

  constructor(url: string) {
    this.worker = new Worker(new URL('./ping-thread.mjs', import.meta.url), { workerData: { url: `${url}/ping` } });
  }

  /** Resolves with the report since the last one, when a ping that began after this call has been answered. */
  async report(): Promise<PingReport> {
    const told = once(this.worker, 'message');
    this.worker.postMessage('report');
    const [answers] = (await told) as [readonly Answer[]];
    const times = answers.map(({ ms }) => ms).sort((a, b) => a - b);
    return {
      worstMs: Math.round(times.at(-1) ?? 0),
      p99Ms: times[Math.ceil(times.length * 0.99) - 1] ?? 0,
      count: times.length,
      unanswered: answers.filter(({ isAnswer }) => !isAnswer).length,
    };
  }

  async stop(): Promise<void> {
    await this.worker.terminate();
  }
}
