import { IndexUnavailableError } from '../../model/errors.js';
import type { IndexReadiness } from '../../index-model/index-readiness.port.js';

/**
 * Tracks whether in-process indexes hold everything that is marked as indexed. Recall waits for it: an index that is
 * still being filled would silently miss memories.
 */
export class IndexWarmup implements IndexReadiness {
  private ready = false;
  private failure: unknown;
  private readonly finished: Promise<void>;
  private finish: () => void = () => {};

  constructor(private readonly maxWaitMs: number) {
    this.finished = new Promise((resolve) => (this.finish = resolve));
  }

  get isReady(): boolean {
    return this.ready;
  }

  markReady(): void {
    this.ready = true;
    this.finish();
  }

  /** Records why filling has not finished, for the error message; the caller retries it. */
  noteFailure(error: unknown): void {
    this.failure = error;
  }

  /** @throws IndexUnavailableError when the indexes are not filled within the time limit. */
  async whenReady(): Promise<void> {
    if (this.ready) return;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(
        () =>
          reject(new IndexUnavailableError('the index is still being loaded; retry shortly', { cause: this.failure })),
        this.maxWaitMs,
      );
    });
    try {
      await Promise.race([this.finished, timeout]);
    } finally {
      clearTimeout(timer);
    }
  }
}
