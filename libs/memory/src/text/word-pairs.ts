import { wordsInOrder } from './text-analyzer.js';
import { queryFocus } from './query-focus.js';
import { STOP_WORDS } from './words/stop-words.js';

/** Words of a query whose order is compared. */
const MAX_WORDS = 64;
/** A pair of words that nearly every text has says little. */
const STOP_PAIR_WEIGHT = 0.1;
/** Longer texts are compared where they hold the words of the query. */
const WHOLE_TEXT = 4000;
/** Characters on both sides of such a place, places of one word, and words that are looked for. */
const AROUND = 120;
const MAX_PLACES = 8;
const MAX_SOUGHT = 16;
/** Characters that are looked through for one query: some milliseconds. */
const MAX_CHARACTERS = 2_000_000;

/**
 * Compares the order of a query's words with that of texts: `from London to Paris`, `vitamin A`, `Doctor Who`. Counted are
 * pairs of words side by side. All the texts of a query may be as long as they want: the work is bounded, and what goes
 * beyond is not compared.
 */
export class WordPairs {
  readonly #weights = new Map<string, number>();
  readonly #sought: readonly string[];
  #total = 0;
  #left = MAX_CHARACTERS;

  constructor(query: string) {
    const words = wordsInOrder(queryFocus(query).focus).slice(-MAX_WORDS);
    for (const [index, word] of words.entries()) {
      const next = words[index + 1];
      if (next === undefined) break;
      const pair = pairOf(word, next);
      if (this.#weights.has(pair)) continue;
      const weight = STOP_WORDS.has(word) && STOP_WORDS.has(next) ? STOP_PAIR_WEIGHT : 1;
      this.#weights.set(pair, weight);
      this.#total += weight;
    }
    this.#sought = [...new Set(words.filter((word) => !STOP_WORDS.has(word)))].slice(0, MAX_SOUGHT);
  }

  /** The share of the query's pairs that the text has, 0..1; 0 for a query of one word. */
  shareIn(text: string): number {
    if (this.#total === 0) return 0;
    const held = new Set<string>();
    for (const passage of this.#passagesOf(text)) {
      const words = wordsInOrder(passage);
      for (let index = 1; index < words.length; index += 1) {
        const pair = pairOf(words[index - 1] ?? '', words[index] ?? '');
        if (this.#weights.has(pair)) held.add(pair);
      }
    }
    let share = 0;
    for (const pair of held) share += this.#weights.get(pair) ?? 0;
    return share / this.#total;
  }

  #passagesOf(text: string): readonly string[] {
    if (this.#left < text.length) return [];
    this.#left -= text.length;
    if (text.length <= WHOLE_TEXT) return [text];
    const lower = text.toLowerCase();
    const passages: string[] = [];
    for (const word of this.#sought) {
      let at = lower.indexOf(word);
      for (let places = 0; at >= 0 && places < MAX_PLACES; places += 1) {
        passages.push(text.slice(Math.max(0, at - AROUND), at + AROUND).toWellFormed());
        at = lower.indexOf(word, at + AROUND);
      }
    }
    return passages;
  }
}

function pairOf(word: string, next: string): string {
  return `${word} ${next}`;
}
