import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { openTruthDatabase, type TruthDatabase } from '../../../test/truth-database.js';
import { literalMatcher } from '@sfm/memory';
import { keywordPrefilterSql } from './keyword-match.js';
import { SqlParameters } from './sql-parameters.js';

describe('literalMatcher', () => {
  it('looks at strings only, never at keys, numbers or punctuation of the JSON', () => {
    const matches = literalMatcher({ term: 'needle', exact: false, caseSensitive: false });
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
    expect(sqlFor('xyz')).not.toContain('\u212a');
  });

  it('escapes what LIKE and JSON treat specially', () => {
    const parameters = new SqlParameters();
    keywordPrefilterSql({ term: '50%_\\"', exact: false, caseSensitive: true }, parameters);
    expect(parameters.values).toEqual(['%50\\%\\_\\\\\\\\\\\\"%']);
  });

  describe('on PostgreSQL', () => {
    let truth: TruthDatabase;
    beforeAll(async () => {
      truth = await openTruthDatabase({ migrate: false });
    });
    afterAll(async () => {
      await truth.close();
    });

    const letter = fc.constantFrom(...'aAkKiI\u0130\u212a\u0131\u0307sS\u017fßςσΣäÄ%_\\"\n\u0001\u007f\u{1F600}n ');
    const text = fc.oneof(fc.string({ unit: letter, maxLength: 6 }), fc.string({ unit: 'binary', maxLength: 4 }));
    const storable = text.map((value) => value.replaceAll('\u0000', ''));

    it('lets every payload through that matches', async () => {
      const cases = fc.record({
        term: storable.filter((term) => term !== ''),
        exact: fc.boolean(),
        caseSensitive: fc.boolean(),
        texts: fc.array(storable, { minLength: 10, maxLength: 30 }),
      });
      await fc.assert(
        fc.asyncProperty(cases, async ({ texts, ...query }) => {
          const payloads = [
            query.term,
            query.term.toUpperCase(),
            query.term.toLowerCase(),
            `x${query.term}x`,
            ...texts,
          ].map((value) => ({ a: [{ b: value }] }));
          const parameters = new SqlParameters();
          const condition = keywordPrefilterSql(query, parameters);
          const rows = await truth.database.query<{ passes: boolean }>({
            text: `SELECT ${condition} AS passes
              FROM unnest(${parameters.add(payloads.map((payload) => JSON.stringify(payload)))}::jsonb[])
                WITH ORDINALITY AS m (payload, n) ORDER BY n`,
            values: parameters.values,
          });
          const missed = payloads.filter((payload, index) => literalMatcher(query)(payload) && !rows[index]?.passes);
          expect(missed).toEqual([]);
        }),
        { numRuns: 300 },
      );
    });
  });
});
