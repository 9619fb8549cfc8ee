import { describe, expect, it } from '@jest/globals';
import { analyzeQuery, analyzeText } from './text-analyzer.js';

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
