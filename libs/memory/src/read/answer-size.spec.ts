import { describe, expect, it } from '@jest/globals';
import { JsonNumber } from '../model/json-number.js';
import { AnswerSize } from './answer-size.js';

const TEXT = 'x'.repeat(1_000_000);

describe('the bound of an answer', () => {
  it('lets through what can be written, as it is', () => {
    const body = { matches: [{ text: TEXT, n: new JsonNumber('1.0') }, null, true] };
    expect(new AnswerSize().add(body)).toBe(body);
  });

  it.each([
    ['one large memory many times over', { payloads: Array<unknown>(5000).fill({ payload: { text: TEXT } }) }],
    ['very many small values', { list: Array<number>(3_000_000).fill(1) }],
    [
      'long keys',
      Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`${TEXT.slice(0, 99_999)}${index}`, 1])),
    ],
  ])('refuses %s, and says what to do', (_, body) => {
    expect(() => new AnswerSize().add(body)).toThrow(/longer than 16 MB: ask for fewer memories at once/);
  });
});
