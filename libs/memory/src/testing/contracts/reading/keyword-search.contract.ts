import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../model/json.js';
import type { KeywordQuery } from '../../../read/keyword-search.port.js';
import { storeInto, type TruthHarness, type WriteDetails } from '../../truth-builders.js';

/** What every KeywordSearch adapter must do. Call it inside a spec file. */
export function describeKeywordSearchContract(adapter: string, truth: TruthHarness): void {
  const now = () => new Date();
  const store = storeInto(truth);
  const keysOf = (memories: readonly { readonly key: string }[]) => memories.map(({ key }) => key);
  const search = async (payloads: readonly JsonObject[], query: Partial<KeywordQuery> & { readonly term: string }) => {
    const namespace = await store(...payloads.map((payload) => ({ payload })));
    const { memories } = await truth().keywords.search(
      namespace,
      { exact: false, caseSensitive: false, limit: 10, ...query },
      now(),
    );
    return keysOf(memories).map((key) => Number(key) - 1);
  };

  describe(`${adapter} as a search by keyword`, () => {
    it('finds a term inside any string at any depth, newest first', async () => {
      const payloads: JsonObject[] = [
        { a: { b: [{ c: 'the Needle here' }] } },
        { needle: 'only a key' },
        { a: 'NEEDLEwork' },
        { a: 1 },
      ];
      expect(await search(payloads, { term: 'needle' })).toEqual([2, 0]);
      expect(await search(payloads, { term: 'Needle', caseSensitive: true })).toEqual([0]);
      expect(await search(payloads, { term: 'needle', limit: 1 })).toEqual([2]);
    });

    it('with `exact` wants a whole string field', async () => {
      const payloads = [{ a: 'apple' }, { a: 'apple pie' }, { a: ['x', 'APPLE'] }];
      expect(await search(payloads, { term: 'apple', exact: true })).toEqual([2, 0]);
      expect(await search(payloads, { term: 'apple', exact: true, caseSensitive: true })).toEqual([0]);
    });

    it('takes every character literally', async () => {
      const texts = [
        '100%',
        '100 percent',
        'a_b',
        'axb',
        'back\\slash',
        'say "hi"',
        'line\nbreak',
        'tab\there',
        '{"a":1}',
        '\u0001',
      ];
      const payloads = texts.map((text) => ({ text }));
      for (const [index, text] of texts.entries()) {
        if (text === '100 percent' || text === 'axb') continue;
        for (const caseSensitive of [true, false]) {
          expect(await search(payloads, { term: text, caseSensitive })).toEqual([index]);
          expect(await search(payloads, { term: text, caseSensitive, exact: true })).toEqual([index]);
        }
      }
      expect(await search([{ a: 'line\nbreak' }, { a: 'x' }], { term: 'n' })).toEqual([0]);
      expect(await search([{ a: 'tab\there' }], { term: 'nothere' })).toEqual([]);
      expect(await search([{ a: 1, b: true, c: null }], { term: '1' })).toEqual([]);
    });

    it('ignores case in every script when asked to', async () => {
      expect(await search([{ a: 'GRÜSSE aus Köln' }, { a: 'grusse' }], { term: 'grüsse' })).toEqual([0]);
      expect(await search([{ a: 'ПРИВЕТ' }], { term: 'привет', exact: true })).toEqual([0]);
      expect(await search([{ a: 'ΟΔΟΣ' }], { term: 'οδος' })).toEqual([0]);
      expect(await search([{ a: '5 \u212a' }, { a: '5 k' }], { term: '5 K' })).toEqual([1, 0]);
      expect(await search([{ a: '\u{1F600} smile' }], { term: '\u{1F600} SMILE' })).toEqual([0]);
    });

    it('looks at given memories alone when asked to', async () => {
      const payloads = ['target', 'a target', 'TARGET', 'other'].map((text) => ({ payload: { text } }));
      const namespace = await store(...payloads, { payload: { text: 'target' }, type: 'episodic' });
      const query = { term: 'target', exact: true, caseSensitive: false, type: 'semantic' } as const;
      const among = (...keys: string[]) => truth().keywords.among(namespace, { ...query, keys }, now());
      expect(keysOf(await among('1', '2', '3', '4', '5', '404')).sort()).toEqual(['1', '3']);
      expect(await among()).toEqual([]);
    });

    it('can ask for one type and goes on past what only looks alike', async () => {
      const namespace = await store(
        { payload: { text: 'target' }, type: 'episodic' },
        { payload: { text: 'target' } },
        ...Array.from({ length: 450 }, (): WriteDetails => ({ payload: { target: 'a key' }, type: 'episodic' })),
      );
      const query: KeywordQuery = { term: 'target', exact: false, caseSensitive: false, limit: 5, type: 'episodic' };
      expect(keysOf((await truth().keywords.search(namespace, query, now())).memories)).toEqual(['1']);
    });
  });
}
