import { JsonNumber } from '@sfm/memory';
import { HttpRefusal } from '../errors/http-refusal.js';

/** Longest JSON answer, about: a longer one would keep everybody waiting while it is written. */
const MAX_CHARACTERS = 16 * 2 ** 20;
/** What a number, a key or a comma and brackets take in about. */
const SMALL = 8;

/**
 * Returns the body if it is small enough to be written in one piece.
 *
 * @throws HttpRefusal 422 for one that is not: a few large memories, asked for many times over, make any answer endless
 */
export function withinAnswerBound<T>(body: T): T {
  let left = MAX_CHARACTERS;
  const waiting: unknown[] = [body];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value === 'string') left -= value.length;
    else if (value instanceof JsonNumber) left -= value.text.length;
    else if (Array.isArray(value)) for (const item of value) waiting.push(item);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        left -= key.length;
        waiting.push(inner);
      }
    }
    left -= SMALL;
    if (left < 0) throw tooLong();
  }
  return body;
}

function tooLong(): HttpRefusal {
  const message = `the answer would be longer than ${MAX_CHARACTERS / 2 ** 20} MB: ask for fewer memories at once`;
  return new HttpRefusal({
    status: 422,
    code: 'answer_too_large',
    message,
    problems: [{ part: 'body', path: [], type: 'value_error', msg: `Value error, ${message}`, allowed: message }],
    loudness: 'silent',
  });
}
