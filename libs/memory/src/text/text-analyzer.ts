import { nextTurn } from '../attempts/turns.js';
import { portionsOf } from './portions.js';
import type { TermVector } from './term-vector.js';
import { FormReader, LANGUAGES_OF_TEXT } from './words/analysis.js';
import { EXACT, FAINT } from './words/term-levels.js';
import type { WordForms } from './words/word-forms.js';

/**
 * Returns the terms of a text as indexed: each word as it stands (`=word`), its stems and parts (`word`), and letters or
 * pairs of letters where words are written together (`~wo`). `length` counts the words, without those that every text has.
 *
 * @param others further text that is found less well: each word counts as a relative of itself
 */
export function analyzeText(text: string, others = ''): TermVector {
  const counts = new TermCounts();
  for (const forms of new FormReader(LANGUAGES_OF_TEXT).read(text)) counts.add(forms);
  if (others !== '') for (const forms of new FormReader(LANGUAGES_OF_TEXT).read(others)) counts.addOther(forms);
  return counts;
}

/** Texts up to this many characters are analysed at once: it takes a few milliseconds. */
const CHARACTERS_PER_TURN = 64 * 1024;
const WORDS_PER_TURN = 4 * 1024;

/** Whether the text is better analysed by `analyzeInTurns`. */
export function isLongText(text: string): boolean {
  return text.length > CHARACTERS_PER_TURN;
}

/** As `analyzeText`, with turns of the event loop for others: a megabyte takes half a second. */
export async function analyzeInTurns(text: string, others = ''): Promise<TermVector> {
  const counts = new TermCounts();
  await eachForm(text, (forms) => counts.add(forms));
  await eachForm(others, (forms) => counts.addOther(forms));
  return counts;
}

async function eachForm(text: string, take: (forms: WordForms) => void): Promise<void> {
  const reader = new FormReader(LANGUAGES_OF_TEXT);
  let words = 0;
  for (const portion of portionsOf(text, CHARACTERS_PER_TURN)) {
    for (const forms of reader.read(portion)) {
      take(forms);
      words += 1 + forms.order.length;
      if (words < WORDS_PER_TURN) continue;
      words = 0;
      await nextTurn();
    }
    await nextTurn();
  }
}

/** Returns the topics of a text: stems and parts of its words with their counts, without words that every text has. */
export function topicsOf(text: string): ReadonlyMap<string, number> {
  const topics = new Map<string, number>();
  for (const { near, isStop } of new FormReader(LANGUAGES_OF_TEXT).read(text)) {
    if (!isStop) for (const term of near) topics.set(term, (topics.get(term) ?? 0) + 1);
  }
  return topics;
}

/** Returns the words of a text as they stand, folded, in order; of what is more than a word, its words. */
export function wordsInOrder(text: string): string[] {
  const words: string[] = [];
  for (const { order } of new FormReader(() => []).read(text)) words.push(...order);
  return words;
}

class TermCounts implements TermVector {
  readonly terms = new Map<string, number>();
  #length = 0;

  /** A text that has any terms has a length: scores divide by it. */
  get length(): number {
    return this.terms.size === 0 ? 0 : Math.max(1, this.#length);
  }

  add({ exact, spellings, words, near, faint, length }: WordForms): void {
    for (const form of exact) this.#count(EXACT + form);
    for (const form of spellings) this.#count(EXACT + form);
    for (const form of words) this.#count(EXACT + form);
    for (const form of near) this.#count(form);
    for (const form of faint) this.#count(FAINT + form);
    this.#length += length;
  }

  /** As a relative; what its parts are found by counts as it does elsewhere. */
  addOther({ exact, spellings, near, faint, isStop }: WordForms): void {
    if (isStop) return;
    for (const form of new Set([...exact, ...spellings, ...near])) this.#count(form);
    for (const form of faint) this.#count(FAINT + form);
  }

  #count(term: string): void {
    this.terms.set(term, (this.terms.get(term) ?? 0) + 1);
  }
}
