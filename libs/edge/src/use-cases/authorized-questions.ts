import {
  AnswerSize,
  nextTurn,
  RequestEndedError,
  sideBySide,
  type PastRecallService,
  type Principal,
  type RecallRequest,
  type RecallResult,
  type RecallService,
} from '@sfm/memory';
import { admit } from './admission.js';

/** As in `AuthorizedRecall`. */
const SIDE_BY_SIDE = 4;

/** A question of now or, with `at`, of a moment in the past. */
export interface Question {
  readonly request: RecallRequest;
  readonly at?: Date;
}

export type Answered = { readonly result: RecallResult } | { readonly error: unknown };

/** Several recalls in the principal's namespace. Throws ScopeForbiddenError if the principal may not read. */
export class AuthorizedQuestions {
  constructor(
    private readonly recaller: Pick<RecallService, 'recall'>,
    private readonly past: Pick<PastRecallService, 'recall'>,
  ) {}

  /**
   * Answers each question, a few at a time, in their order; one that fails leaves the others alone, as do
   * those that would make the whole answer too large.
   *
   * @throws RequestEndedError when the request ends before all are answered
   */
  async recallSettled(principal: Principal, questions: readonly Question[]): Promise<readonly Answered[]> {
    admit(principal, 'recallSettled');
    const size = new AnswerSize();
    return sideBySide(questions, SIDE_BY_SIDE, async (question) => {
      await nextTurn();
      try {
        const result = await this.#answer(principal, question);
        for (const { memory } of result.hits) size.add(memory.payload);
        return { result };
      } catch (error) {
        if (error instanceof RequestEndedError) throw error;
        return { error };
      }
    });
  }

  #answer({ namespace }: Principal, { request, at }: Question): Promise<RecallResult> {
    return at === undefined ? this.recaller.recall(namespace, request) : this.past.recall(namespace, request, at);
  }
}
