import type { TermVector } from './term-vector.js';
import { detached } from './detached.js';
import { nextTurn } from '../attempts/turns.js';
import { portionsOf } from './portions.js';
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
  const counts = new TermCounts();
  for (const word of tokenize(text)) counts.add(word);
  return counts;
}

/** Texts up to this many characters are analysed at once: it takes a few milliseconds. */
const CHARACTERS_PER_TURN = 64 * 1024;
const WORDS_PER_TURN = 4 * 1024;

/** Whether the text is better analysed by `analyzeInTurns`. */
export function isLongText(text: string): boolean {
  return text.length > CHARACTERS_PER_TURN;
}

/** As `analyzeText`, with turns of the event loop for others: a megabyte takes a quarter of a second. */
export async function analyzeInTurns(text: string): Promise<TermVector> {
  const counts = new TermCounts();
  for (const portion of portionsOf(text, CHARACTERS_PER_TURN)) {
    for (const [index, word] of tokenize(portion).entries()) {
      counts.add(word);
      if (index % WORDS_PER_TURN === WORDS_PER_TURN - 1) await nextTurn();
    }
    await nextTurn();
  }
  return counts;
}

class TermCounts implements TermVector {
  readonly terms = new Map<string, number>();
  length = 0;

  add(word: string): void {
    const term = termOf(word);
    if (term === null) return;
    this.terms.set(term, (this.terms.get(term) ?? 0) + 1);
    this.length += 1;
  }
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
