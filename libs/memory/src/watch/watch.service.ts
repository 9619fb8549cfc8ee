import { setTimeout as delay } from 'node:timers/promises';
import { RateLimitExceededError } from '../model/errors.js';
import type { Namespace } from '../model/namespace.js';
import type { ChangeLog, LogPage, LogPosition } from './change-log.port.js';

export interface WatchOptions {
  /** Pause before the log is asked again when nothing was new, in milliseconds. */
  readonly pollMs: number;
  /** A page without changes is told after so long a silence, in milliseconds. */
  readonly silenceMs: number;
  /** Changes of all namespaces that are looked at for one page. */
  readonly pageSize: number;
  /** Watches of this process at once. */
  readonly maxWatches: number;
}

const DEFAULTS: WatchOptions = { pollMs: 250, silenceMs: 15_000, pageSize: 1000, maxWatches: 256 };
/** Whoever finds all watches taken is asked to wait so long. */
const RETRY_SECONDS = 30;

/** Where a watch begins; `now` when omitted. */
export type WatchStart = LogPosition | 'now';

/** Tells the changes of a namespace as they are committed. */
export class WatchService {
  private readonly options: WatchOptions;
  private open = 0;

  constructor(
    private readonly log: ChangeLog,
    options: Partial<WatchOptions> = {},
  ) {
    this.options = { ...DEFAULTS, ...options };
  }

  /**
   * Yields pages of changes until the signal aborts: one at once, which may be empty, then whatever is new, and after a
   * silence an empty one, whose position is newer all the same. Nothing is read ahead, so whoever takes no page costs nothing.
   *
   * @throws RateLimitExceededError when too many watch; UnknownCursorError, StoreUnavailableError as `ChangeLog.after`
   */
  async *watch(namespace: Namespace, start: WatchStart, signal: AbortSignal): AsyncGenerator<LogPage> {
    if (this.open >= this.options.maxWatches) throw new RateLimitExceededError(RETRY_SECONDS);
    this.open += 1;
    try {
      yield* this.pages(namespace, start === 'now' ? await this.log.now() : start, signal);
    } finally {
      this.open -= 1;
    }
  }

  private async *pages(namespace: Namespace, start: LogPosition, signal: AbortSignal): AsyncGenerator<LogPage> {
    const { pageSize, pollMs, silenceMs } = this.options;
    let position = start;
    let toldAt = -Infinity;
    while (!signal.aborted) {
      const page = await this.log.after(namespace, position, pageSize);
      ({ position } = page);
      if (page.changes.length > 0 || performance.now() - toldAt >= silenceMs) {
        yield page;
        toldAt = performance.now();
      }
      // An abort ends the pause early; the loop sees it.
      if (page.isCaughtUp) await delay(pollMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}
