import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { tokenize } from './tokenizer.js';

describe('tokenize', () => {
  it.each<[string, string, string[]]>([
    ['lower-cases and drops punctuation', 'Rye, barley & OATS!', ['rye', 'barley', 'oats']],
    ['keeps apostrophes inside words, whatever their shape', 'Nia’s don`t ‘quote’', ["nia's", "don't", 'quote']],
    ['joins thousands', 'cost 12,500 or 3,14', ['cost', '12500', 'or', '3', '14']],
    ['separates identifiers at punctuation', 'user_id=42; a@b.org', ['user', 'id', '42', 'a', 'b', 'org']],
    ['drops accents', 'Crème brûlée São', ['creme', 'brulee', 'sao']],
    ['unifies composed and decomposed letters', 'e\u0301te\u0301 été', ['ete', 'ete']],
    ['unifies full-width forms', 'ＡＢＣ１２', ['abc12']],
    ['lower-cases a dotted capital I without leaving its dot', 'İzmir', ['izmir']],
    ['keeps letters of other scripts', 'Солнце στο', ['солнце', 'στο']],
    ['keeps the vowel signs of Indic scripts', 'हिन्दी', ['हिन्दी']],
    ['pairs characters where words are not spaced', '猫が好き', ['猫', 'が', '猫が', '好', 'が好', 'き', '好き']],
    ['separates unspaced script from letters beside it', 'PC用', ['pc', '用']],
    ['finds nothing in punctuation', '… --- ?!', []],
    ['survives a lone surrogate', 'ok \ud800 fine', ['ok', 'fine']],
  ])('%s', (_name, text, expected) => {
    expect(tokenize(text)).toEqual(expected);
  });

  it('cuts endless words', () => {
    expect(tokenize('x'.repeat(500))).toEqual(['x'.repeat(64)]);
  });

  it('finds the same words in a text whether or not it has letters beyond ASCII elsewhere', () => {
    const word = fc.oneof(fc.constantFrom('1', '12,500', '3,14', ',', "'", '`', ' ', 'a', 'Zoe', '_'), fc.string());
    fc.assert(
      fc.property(fc.array(word), (parts) => {
        const text = parts.join('');
        expect(tokenize(`${text} é`)).toEqual([...tokenize(text), 'e']);
      }),
    );
  });
});
