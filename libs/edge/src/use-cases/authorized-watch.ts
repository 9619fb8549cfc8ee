import {
  currentBudget,
  StoreUnavailableError,
  type LogPage,
  type Principal,
  type WatchService,
  type WatchStart,
} from '@sfm/memory';
import { admit } from './admission.js';

/** Changes in the principal's namespace. Every method throws ScopeForbiddenError if the principal may not read. */
export class AuthorizedWatch {
  constructor(private readonly watches: WatchService) {}

  /** See `WatchService.watch`. */
  async watch(principal: Principal, start: WatchStart, signal: AbortSignal): Promise<AsyncGenerator<LogPage>> {
    admit(principal, 'watch');
    return this.#pages(principal, start, signal);
  }

  /**
   * Returns what is new from a position on: at once where something is, else as soon as something is, or nothing after the
   * wait, which begins with the first look, or with the request.
   *
   * @param waitMs 0 for no wait
   */
  async readChanges(principal: Principal, start: WatchStart, waitMs: number): Promise<LogPage> {
    admit(principal, 'readChanges');
    const over = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const stop = currentBudget()?.onEnd((reason) => over.abort(reason));
    let last: LogPage | undefined;
    try {
      for await (const page of await this.#pages(principal, start, over.signal)) {
        last = page;
        if (page.changes.length > 0 || !page.isCaughtUp || waitMs === 0) break;
        timer ??= setTimeout(() => over.abort(), waitMs);
      }
    } finally {
      clearTimeout(timer);
      stop?.();
    }
    if (last === undefined) throw new StoreUnavailableError('the ledger did not answer within the wait');
    return last;
  }

  async #pages({ namespace }: Principal, start: WatchStart, signal: AbortSignal): Promise<AsyncGenerator<LogPage>> {
    return this.watches.watch(namespace, start, signal);
  }
}
