import {
  AnswerSize,
  nextTurn,
  sideBySide,
  type Principal,
  type RecallRequest,
  type RecallResult,
  type RecallService,
} from '@sfm/memory';
import { admit } from './admission.js';

/** Recalls of one batch at once: more would take the store from other callers, and the first answers come no sooner. */
const SIDE_BY_SIDE = 4;

/** Recall in the principal's namespace. Throws ScopeForbiddenError if the principal may not read. */
export class AuthorizedRecall {
  constructor(private readonly recaller: RecallService) {}

  /** See `RecallService.recall`. Nothing is found for a request that is undefined, because it can match nothing. */
  async recall(principal: Principal, request: RecallRequest | undefined): Promise<RecallResult> {
    admit(principal, 'recall');
    return this.#answer(principal, request);
  }

  /** Answers several requests, a few at a time, in their order. Fails with the first that fails. */
  async recallEach(
    principal: Principal,
    requests: readonly (RecallRequest | undefined)[],
  ): Promise<readonly RecallResult[]> {
    admit(principal, 'recallEach');
    const size = new AnswerSize();
    return sideBySide(requests, SIDE_BY_SIDE, async (request) => {
      // What answers from memory alone would otherwise keep all other callers waiting for the whole batch.
      await nextTurn();
      const result = await this.#answer(principal, request);
      for (const { memory } of result.hits) size.add(memory.payload);
      return result;
    });
  }

  async #answer(principal: Principal, request: RecallRequest | undefined): Promise<RecallResult> {
    if (request === undefined) return { hits: [], degraded: [] };
    return this.recaller.recall(principal.namespace, request);
  }
}
