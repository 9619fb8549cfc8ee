import { AnswerTooLargeError, MAX_ANSWER_CHARACTERS } from '../model/errors.js';
import { JsonNumber } from '../model/json-number.js';

/** What a number, a key or a comma and brackets take in about. */
const SMALL = 8;

/** Adds up about how long an answer will be as JSON. */
export class AnswerSize {
  private left = MAX_ANSWER_CHARACTERS;

  /** Counts a part of the answer, and returns it. @throws AnswerTooLargeError when there is too much of it */
  add<T>(part: T): T {
    const waiting: unknown[] = [part];
    while (waiting.length > 0) {
      const value = waiting.pop();
      if (typeof value === 'string') this.left -= value.length;
      else if (value instanceof JsonNumber) this.left -= value.text.length;
      else if (Array.isArray(value)) for (const item of value) waiting.push(item);
      else if (typeof value === 'object' && value !== null) {
        for (const [key, inner] of Object.entries(value)) {
          this.left -= key.length;
          waiting.push(inner);
        }
      }
      this.left -= SMALL;
      if (this.left < 0) throw new AnswerTooLargeError();
    }
    return part;
  }
}
