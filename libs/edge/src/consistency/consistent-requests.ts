import { ConsistencyScope, StoreUnavailableError, type ConsistencyService, type Principal } from '@sfm/memory';
import type { ConsistencyTokens } from './consistency-tokens.js';

/** Lets callers see a certain write in whatever they ask next, in any process. */
export class ConsistentRequests {
  constructor(
    private readonly consistency: ConsistencyService,
    private readonly tokens: ConsistencyTokens,
  ) {}

  /**
   * Opens the scope of a request, once its reads see the write that its token names.
   *
   * @param field where the token stood
   * @throws UnknownWriteError; WriteNotVisibleError; StoreUnavailableError
   */
  async open({ namespace }: Principal, token: string, field: string): Promise<ConsistencyScope> {
    const required = this.tokens.read(namespace, token, field);
    await this.consistency.whenSeen(required, field);
    return new ConsistencyScope(required);
  }

  /**
   * Returns the token of what a request wrote: undefined where it was no write, or where the store does not say. A write
   * that changed nothing, or whose answer was repeated, gets the token of the newest one. It is read in the namespace that was
   * written, whatever that of the request is.
   */
  async tokenOf({ namespace }: Principal, scope: ConsistencyScope): Promise<string | undefined> {
    if (!scope.isWriting) return undefined;
    try {
      return this.tokens.write(scope.namespace ?? namespace, scope.newest ?? (await this.consistency.newest()));
    } catch (error) {
      // The write itself was answered.
      if (error instanceof StoreUnavailableError) return undefined;
      throw error;
    }
  }
}
