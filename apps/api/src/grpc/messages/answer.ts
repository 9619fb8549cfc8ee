import { AnswerSize } from '@sfm/memory';

/**
 * Makes an answer of what was found.
 *
 * @throws AnswerTooLargeError when it would be too long to be written in one piece
 */
export function answerWithin<T>(found: unknown, make: () => T): T {
  new AnswerSize().add(found);
  return make();
}
