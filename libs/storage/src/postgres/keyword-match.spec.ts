import { describe, expect, it } from '@jest/globals';
import { keywordMatcher, keywordPrefilterSql } from './keyword-match.js';
import { SqlParameters } from './sql-parameters.js';

describe('keywordMatcher', () => {
  it('looks at strings only, never at keys, numbers or punctuation of the JSON', () => {
    const matches = keywordMatcher({ term: 'needle', exact: false, caseSensitive: false });
    expect(matches({ needle: 1, other: [true, null, 5] })).toBe(false);
    expect(matches({ a: [{ b: 'hayNEEDLEhay' }] })).toBe(true);
  });
});

describe('keywordPrefilter', () => {
  it('knows every character outside ASCII whose lower case has one in ASCII', () => {
    const found: string[] = [];
    for (let point = 0x80; point <= 0x10ffff; point++) {
      if (point >= 0xd800 && point <= 0xdfff) continue;
      const character = String.fromCodePoint(point);
      if (/[ -~]/.test(character.toLowerCase())) found.push(character);
    }
    expect(found).toEqual(['\u0130', '\u212a']);
    const sqlFor = (term: string) =>
      keywordPrefilterSql({ term, exact: false, caseSensitive: false }, new SqlParameters());
    for (const term of ['i', 'K', '\u0130', '\u212a']) expect(sqlFor(term)).toContain(`~ '[\u0130\u212a]'`);
    expect(sqlFor('xyz')).not.toContain('~');
  });

  it('escapes what LIKE and JSON treat specially', () => {
    const parameters = new SqlParameters();
    keywordPrefilterSql({ term: '50%_\\"', exact: false, caseSensitive: true }, parameters);
    expect(parameters.values).toEqual(['%50\\%\\_\\\\\\\\\\\\"%']);
  });
});
