import type { Principal, RecallRequest, RecallResult, RecallService } from '@sfm/memory';
import { admit } from './admission.js';

/** Recall in the principal's namespace. Throws ScopeForbiddenError if the principal may not read. */
export class AuthorizedRecall {
  constructor(private readonly recaller: RecallService) {}

  /** See `RecallService.recall`. */
  async recall(principal: Principal, request: RecallRequest): Promise<RecallResult> {
    admit(principal, 'recall');
    return this.recaller.recall(principal.namespace, request);
  }
}
