import type { TermVector } from '../recall/index-point.js';
import { stemWord } from './stemmer.js';
import { STOP_WORDS } from './stop-words.js';
import { tokenize } from './tokenizer.js';

/** Endings that English joins to a word with an apostrophe. */
const JOINED_ENDING = /'(?:s|ll|d|re|ve|m)$/;

/**
 * Terms of a text as indexed: words without stop words and possessive endings, stemmed. `length` counts the terms.
 * Texts and queries must go through the same analysis to meet; a change here calls for a reindex.
 */
export function analyzeText(text: string): TermVector {
  const terms = new Map<string, number>();
  let length = 0;
  for (const word of tokenize(text)) {
    const term = toTerm(word);
    if (term === undefined) continue;
    terms.set(term, (terms.get(term) ?? 0) + 1);
    length += 1;
  }
  return { terms, length };
}

/** Distinct terms of a query, in order; none when it has only stop words. */
export function analyzeQuery(text: string): { readonly terms: readonly string[] } {
  return { terms: [...analyzeText(text).terms.keys()] };
}

function toTerm(word: string): string | undefined {
  let bare = word;
  if (word.includes("'")) {
    if (word.endsWith("n't")) return undefined;
    bare = word.replace(JOINED_ENDING, '').replaceAll("'", '');
  }
  return bare === '' || STOP_WORDS.has(bare) ? undefined : stemWord(bare);
}
