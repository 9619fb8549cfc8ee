import type { Principal, RecallRequest, RecallResult, RecallService } from '@sfm/memory';
import { admit } from './admission.js';

/** Recall in the principal's namespace. Throws ScopeForbiddenError if the principal may not read. */
export class AuthorizedRecall {
  constructor(private readonly recaller: RecallService) {}

  /** See `RecallService.recall`. Nothing is found for a request that is undefined, because it can match nothing. */
  async recall(principal: Principal, request: RecallRequest | undefined): Promise<RecallResult> {
    admit(principal, 'recall');
    if (request === undefined) return { hits: [], degraded: [] };
    return this.recaller.recall(principal.namespace, request);
  }
}
