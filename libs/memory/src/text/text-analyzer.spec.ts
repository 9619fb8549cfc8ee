import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { heapGrowth } from '../testing/heap-growth.js';
import { turnsDuring } from '../testing/turns-during.js';
import { analyzeQuery } from './query-analysis.js';
import { analyzeInTurns, analyzeText, isLongText, topicsOf, wordsInOrder } from './text-analyzer.js';

const terms = (text: string) => Object.fromEntries(analyzeText(text).terms);
const topics = (text: string) => Object.fromEntries(topicsOf(text));

describe('analyzeText', () => {
  it('counts words as they stand beside their stems', () => {
    expect(terms('The gardener is gardening')).toEqual({
      '=the': 1,
      '=gardener': 1,
      '=is': 1,
      '=gardening': 1,
      garden: 2,
    });
    expect(analyzeText('The gardener is gardening: he gardens.').length).toBe(3);
  });

  it('treats contractions as the words they are made of', () => {
    expect(topics("She'll say it's Tom's; I don't, we've ill will")).toEqual({ say: 1, tom: 1, ill: 1 });
  });

  it('does not mistake terms for properties of objects', () => {
    expect(analyzeText('constructor __proto__').terms.get('=proto')).toBe(1);
  });

  it('counts what stands beside the text as relatives', () => {
    const { terms: counted, length } = analyzeText('parcel', 'ORD-77-4413 urgent');
    expect(counted.get('ord-77-4413')).toBe(1);
    expect(counted.get('urgent')).toBe(1);
    expect(counted.has('=urgent')).toBe(false);
    expect(length).toBe(1);
  });

  it('finds the same terms whether a word is new, known or forgotten', () => {
    const text = "gardeners can't garden";
    const first = terms(text);
    expect(terms(text)).toEqual(first);
    analyzeText(Array.from({ length: 55_000 }, (_, number) => `w${number}`).join(' '));
    expect(terms(text)).toEqual(first);
  });

  it.each([20, 60])('keeps no text alive for the sake of a word of %i letters', async (letters) => {
    const kept: string[] = [];
    const growth = await heapGrowth(() => {
      for (let number = 1000; number < 1200; number += 1) {
        const word = `${number}`.padStart(letters, 'x');
        kept.push(...analyzeText(`${'of the '.repeat(14_000)}${word}`).terms.keys());
      }
    });
    expect(kept.length).toBeGreaterThan(400);
    expect(growth).toBeLessThan(5_000_000);
  });

  it('finds nothing in an empty text', () => {
    expect(analyzeText('')).toMatchObject({ terms: new Map(), length: 0 });
    expect(analyzeText('to be or not to be').length).toBe(1);
  });

  it('loses no word of a token of any length', () => {
    const { terms: counted } = analyzeText(`${'path.'.repeat(5000)}needle`);
    expect(counted.get('=needle')).toBe(1);
  });
});

describe('analyzeQuery', () => {
  const weights = (query: string) => Object.fromEntries(analyzeQuery(query).weights);

  it('gives each term once, in order, the word as it stands more where there are few', () => {
    expect(analyzeQuery('Which boats sail where the boat sailed?').terms).toEqual(
      ['=which', '=boats', 'boat', '=sail', 'sail', '=where', '=the', '=boat', '=sailed'],
    ); // prettier-ignore
    expect(weights('boats')['=boats']).toBe(1);
    expect(weights('the red boats of my old uncle Harry in Dover')['=boats']).toBe(0.3);
  });

  it('asks for words that nearly every text has by a little, and by more where they are names', () => {
    expect(weights('Who are you?')).toEqual({ '=who': 0.15, '=are': 0.15, '=you': 0.15 });
    expect(weights('when does Doctor Who begin')['=who']).toBe(1);
    expect(weights('does vitamin A help')['=a']).toBe(1);
  });

  it('tries the stems of all languages for a query that shows none', () => {
    const [, ...others] = [...analyzeText('los gatos duermen en la cocina').terms.keys()];
    expect(others.some((term) => !term.startsWith('=') && analyzeQuery('gato').terms.includes(term))).toBe(true);
  });

  it('meets the same terms in any spelling of the text', () => {
    for (const term of ['=cafe', 'cafe']) expect(analyzeQuery('CAFÉ').terms).toContain(term);
  });

  it('reads of a very long query its end, its questions and its rarest words', () => {
    const noise = Array.from({ length: 1500 }, (_, line) => `INFO worker ${line % 40} heartbeat fine`).join('\n');
    const query = `What broke the ferry schedule?\n${noise}\nERR-QX7741 once\n${noise}\nPlease tell about the lighthouse keeper.`;
    const asked = weights(query);
    expect(asked['lighthous']).toBe(1);
    expect(asked['ferri']).toBe(1);
    expect(asked['=err-qx7741']).toBeGreaterThan(asked['heartbeat'] ?? 0);
    expect(Object.keys(asked).length).toBeLessThan(600);
  });
});

describe('wordsInOrder', () => {
  it('gives the words of what is more than a word', () => {
    expect(wordsInOrder("From l'école to app.yaml by C++, 2.10.1!")).toEqual(
      ['from', 'l', 'ecole', 'to', 'app', 'yaml', 'by', 'c++', '2', '10', '1'],
    ); // prettier-ignore
  });
});

describe('analyzeInTurns', () => {
  const words = (count: number) => Array.from({ length: count }, (_, index) => `word${index}`).join(' ');

  it('lets the event loop turn while it reads a long text', async () => {
    const text = words(60_000);
    expect(isLongText(text)).toBe(true);
    expect(await turnsDuring(() => analyzeInTurns(text))).toBeGreaterThan(15);
    expect(await turnsDuring(() => analyzeInTurns('', '東京都に行きました'.repeat(9000)))).toBeGreaterThan(10);
  });

  it('finds what is found at once, in the same order', async () => {
    const parts = ["O'Neil's", 'ΟΔΥΣΣΕΥΣ', '1,234', 'e\u0301', '\u0301', '東京都', 'ﬁne', ' ', '\n', '\u00a0', "don't"];
    const part = fc.oneof(fc.constantFrom(...parts), fc.string({ unit: 'binary' }));
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 1 }), async (some) => {
        const text = some.join(' ').repeat(Math.ceil(150_000 / (some.join(' ').length + 1)));
        const whole = analyzeText(text);
        const inTurns = await analyzeInTurns(text);
        expect([...inTurns.terms.keys()]).toEqual([...whole.terms.keys()]);
      }),
      { numRuns: 20 },
    );
  });
});
