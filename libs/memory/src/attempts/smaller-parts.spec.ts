import { describe, expect, it } from '@jest/globals';
import { AnswerTooLargeError } from '../model/errors.js';
import { fitting, readInParts } from './smaller-parts.js';

const keys = Array.from({ length: 10 }, (_, index) => String(index));

/** Reads what is not larger than the bound, the key `9` being as large as all others. */
function reader(bound: number) {
  const parts: number[] = [];
  const read = (part: readonly string[]) => {
    parts.push(part.length);
    const size = part.reduce((sum, key) => sum + (key === '9' ? 9 : 1), 0);
    return size > bound ? Promise.reject(new AnswerTooLargeError()) : Promise.resolve(part.map((key) => `at ${key}`));
  };
  return { parts, read };
}

describe('what is read in parts', () => {
  it('is all there, in order, in parts as large as they may be', async () => {
    const { parts, read } = reader(100);
    expect(await readInParts(keys, 4, read)).toEqual(keys.map((key) => `at ${key}`));
    expect(parts).toEqual([4, 4, 2]);
    expect(await readInParts([], 4, read)).toEqual([]);
  });

  it('comes in smaller parts where these would be too large, each key once', async () => {
    const { parts, read } = reader(9);
    expect(await readInParts(keys, 10, read)).toEqual(keys.map((key) => `at ${key}`));
    expect(Math.max(...parts.slice(1))).toBeLessThan(10);
  });

  it('is refused when one alone is too large, and other failures are passed on', async () => {
    await expect(readInParts(keys, 10, reader(8).read)).rejects.toThrow(AnswerTooLargeError);
    await expect(readInParts(keys, 10, () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  });

  it('may be a page that ends early', async () => {
    const read = (count: number) =>
      count > 3 ? Promise.reject(new AnswerTooLargeError()) : Promise.resolve(keys.slice(0, count));
    expect(await fitting(10, read)).toEqual(['0', '1', '2']);
    await expect(fitting(0, () => Promise.reject(new AnswerTooLargeError()))).rejects.toThrow(AnswerTooLargeError);
  });
});
