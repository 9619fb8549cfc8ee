import type { LogPage, Principal, WatchService, WatchStart } from '@sfm/memory';
import { admit } from './admission.js';

/** Changes in the principal's namespace. Throws ScopeForbiddenError if the principal may not read. */
export class AuthorizedWatch {
  constructor(private readonly watches: WatchService) {}

  /** See `WatchService.watch`. */
  async watch(principal: Principal, start: WatchStart, signal: AbortSignal): Promise<AsyncGenerator<LogPage>> {
    admit(principal, 'watch');
    return this.watches.watch(principal.namespace, start, signal);
  }
}
