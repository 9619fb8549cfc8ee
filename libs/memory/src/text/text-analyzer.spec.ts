import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { heapGrowth } from '../testing/heap-growth.js';
import { turnsDuring } from '../testing/turns-during.js';
import { analyzeInTurns, analyzeQuery, analyzeText, isLongText } from './text-analyzer.js';

const terms = (text: string) => Object.fromEntries(analyzeText(text).terms);

describe('analyzeText', () => {
  it('counts stems without stop words', () => {
    expect(terms('The gardener is gardening: he gardens.')).toEqual({ garden: 3 });
    expect(analyzeText('The gardener is gardening: he gardens.').length).toBe(3);
  });

  it('treats contractions as the words they are made of', () => {
    expect(terms("She'll say it's Tom's; I don't, we've ill will")).toEqual({ say: 1, tom: 1, ill: 1 });
  });

  it('joins other apostrophes', () => {
    expect(terms("O'Neil")).toEqual({ oneil: 1 });
  });

  it('does not mistake terms for properties of objects', () => {
    expect(analyzeText('constructor __proto__').terms.get('proto')).toBe(1);
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
    expect(kept).toHaveLength(200);
    expect(growth).toBeLessThan(5_000_000);
  });

  it('finds nothing in an empty text', () => {
    expect(analyzeText('')).toEqual({ terms: new Map(), length: 0 });
  });
});

describe('analyzeQuery', () => {
  it('gives each term once, in order', () => {
    expect(analyzeQuery('Which boats sail where the boat sailed?').terms).toEqual(['boat', 'sail']);
  });

  it('gives no term for a query of stop words', () => {
    expect(analyzeQuery('Who are you?').terms).toEqual([]);
  });

  it('meets the same terms in any spelling of the text', () => {
    expect(analyzeQuery('CAFÉ').terms).toEqual([...analyzeText('a cafe').terms.keys()]);
  });
});

describe('analyzeInTurns', () => {
  const words = (count: number) => Array.from({ length: count }, (_, index) => `word${index}`).join(' ');

  it('lets the event loop turn while it reads a long text', async () => {
    const text = words(60_000);
    expect(isLongText(text)).toBe(true);
    expect(await turnsDuring(() => analyzeInTurns(text))).toBeGreaterThan(15);
  });

  it('finds what is found at once, in the same order', async () => {
    const parts = ["O'Neil's", 'ΟΔΥΣΣΕΥΣ', '1,234', 'e\u0301', '\u0301', '東京都', 'ﬁne', ' ', '\n', '\u00a0', "don't"];
    const part = fc.oneof(fc.constantFrom(...parts), fc.string({ unit: 'binary' }));
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 1 }), async (some) => {
        const text = some.join(' ').repeat(Math.ceil(150_000 / (some.join(' ').length + 1)));
        const whole = analyzeText(text);
        const inTurns = await analyzeInTurns(text);
        expect([...inTurns.terms]).toEqual([...whole.terms]);
        expect(inTurns.length).toBe(whole.length);
      }),
      { numRuns: 20 },
    );
  });
});
