import type { TermVector } from './term-vector.js';
import { detached } from './detached.js';
import { stemWord } from './stemmer.js';
import { STOP_WORDS } from './stop-words.js';
import { tokenize } from './tokenizer.js';

/** Endings that English joins to a word with an apostrophe. */
const JOINED_ENDING = /'(?:s|ll|d|re|ve|m)$/;

/**
 * Cache of terms by word, null for words that are not terms. Texts repeat their words, so most are found here; the
 * bounds keep unusual texts from filling memory.
 */
const remembered = new Map<string, string | null>();
const MAX_REMEMBERED = 50_000;
const MAX_REMEMBERED_LENGTH = 32;

/**
 * Returns the terms of a text as indexed: words without stop words and possessive endings, stemmed. `length` counts the
 * terms. Texts and queries must go through the same analysis to match; a change here requires a reindex.
 */
export function analyzeText(text: string): TermVector {
  const terms = new Map<string, number>();
  let length = 0;
  for (const word of tokenize(text)) {
    const term = termOf(word);
    if (term === null) continue;
    terms.set(term, (terms.get(term) ?? 0) + 1);
    length += 1;
  }
  return { terms, length };
}

/** Returns the distinct terms of a query, in order; none when it has only stop words. */
export function analyzeQuery(text: string): { readonly terms: readonly string[] } {
  return { terms: [...analyzeText(text).terms.keys()] };
}

function termOf(word: string): string | null {
  const known = remembered.get(word);
  if (known !== undefined) return known;
  const alone = detached(word);
  const term = toTerm(alone);
  if (alone.length > MAX_REMEMBERED_LENGTH) return term;
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  remembered.set(alone, term);
  return term;
}

function toTerm(word: string): string | null {
  let bare = word;
  if (word.includes("'")) {
    if (word.endsWith("n't")) return null;
    bare = word.replace(JOINED_ENDING, '').replaceAll("'", '');
  }
  return bare === '' || STOP_WORDS.has(bare) ? null : stemWord(bare);
}
