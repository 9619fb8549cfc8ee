import { nextTurn } from '../attempts/turns.js';
import { AnswerTooLargeError, MAX_ANSWER_CHARACTERS } from '../model/errors.js';
import { JsonNumber } from '../model/json-number.js';

/** What a number, a key or a comma and brackets take in about. */
const SMALL = 8;
/** Values that are counted between two looks at the clock, and how long others wait at most. */
const VALUES_PER_LOOK = 1000;
const SLICE_MS = 5;

/** Adds up about how long an answer will be as JSON, in characters. */
export class AnswerSize {
  private left = MAX_ANSWER_CHARACTERS;

  get characters(): number {
    return MAX_ANSWER_CHARACTERS - this.left;
  }

  /** Counts a part of the answer, and returns it. @throws AnswerTooLargeError when there is too much of it */
  add<T>(part: T): T {
    const waiting: unknown[] = [part];
    while (waiting.length > 0) this.count(waiting.pop(), waiting);
    return part;
  }

  /** The same for what may have very many values, in turns with others. @throws AnswerTooLargeError */
  async addInTurns(part: unknown): Promise<void> {
    const waiting: unknown[] = [part];
    let sinceMs = performance.now();
    for (let counted = 1; waiting.length > 0; counted += 1) {
      this.count(waiting.pop(), waiting);
      if (counted % VALUES_PER_LOOK !== 0 || performance.now() - sinceMs < SLICE_MS) continue;
      await nextTurn();
      sinceMs = performance.now();
    }
  }

  private count(value: unknown, waiting: unknown[]): void {
    if (typeof value === 'string') this.left -= value.length;
    else if (value instanceof JsonNumber) this.left -= value.text.length;
    else if (Array.isArray(value)) for (const item of value) waiting.push(item);
    else if (typeof value === 'object' && value !== null) {
      for (const key in value) {
        if (!Object.hasOwn(value, key)) continue;
        this.left -= key.length;
        waiting.push(Reflect.get(value, key));
      }
    }
    this.left -= SMALL;
    if (this.left < 0) throw new AnswerTooLargeError();
  }
}
