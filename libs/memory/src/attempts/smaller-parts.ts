import { AnswerTooLargeError } from '../model/errors.js';

/**
 * Reads what belongs to the keys in parts of `most`, and in smaller ones where what they hold is too large for one.
 *
 * @throws AnswerTooLargeError when one alone is
 */
export async function readInParts<T>(
  keys: readonly string[],
  most: number,
  read: (part: readonly string[]) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const found: T[] = [];
  let size = most;
  for (let start = 0; start < keys.length;) {
    const part = keys.slice(start, start + size);
    const { got, taken } = await fitting(part.length, async (count) => ({
      got: await read(part.slice(0, count)),
      taken: count,
    }));
    found.push(...got);
    start += taken;
    size = Math.min(size, Math.max(1, taken));
  }
  return found;
}

/**
 * Reads so many, or a quarter as many and fewer while what they hold is too large: for pages that may end anywhere.
 *
 * @throws AnswerTooLargeError when one alone is
 */
export async function fitting<T>(most: number, read: (count: number) => Promise<T>): Promise<T> {
  for (let count = most; ; count = Math.ceil(count / 4)) {
    try {
      return await read(count);
    } catch (error) {
      if (!(error instanceof AnswerTooLargeError) || count <= 1) throw error;
    }
  }
}
