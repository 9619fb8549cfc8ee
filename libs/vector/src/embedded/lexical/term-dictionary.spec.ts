import { describe, expect, it } from '@jest/globals';
import { TermDictionary } from './term-dictionary.js';

describe('TermDictionary', () => {
  it('keeps postings by slot, whatever the order of insertion', () => {
    const dictionary = new TermDictionary();
    for (const slot of [5, 1, 9, 3, 7, 2]) {
      dictionary.insert('cat', slot, { count: slot * 10, length: 100 });
    }
    dictionary.remove(dictionary.idOf('cat') ?? -1, 3);
    const postings = dictionary.postings(dictionary.idOf('cat') ?? -1);
    expect(Array.from(postings?.slots.subarray(0, postings.size) ?? [])).toEqual([1, 2, 5, 7, 9]);
    expect(Array.from(postings?.counts.subarray(0, postings.size) ?? [])).toEqual([10, 20, 50, 70, 90]);
  });

  it('leaves no trace of a term that nothing has any more, and uses its number again', () => {
    const dictionary = new TermDictionary();
    const id = dictionary.insert('secret', 1, { count: 1, length: 8 });
    dictionary.remove(id, 1);
    expect(dictionary.idOf('secret')).toBeUndefined();
    expect(dictionary.postings(id)).toBeUndefined();
    expect(dictionary.insert('public', 2, { count: 1, length: 8 })).toBe(id);
    expect(dictionary.idOf('secret')).toBeUndefined();
  });
});
