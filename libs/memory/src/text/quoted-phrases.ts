import { foldedWord } from './words/folded-word.js';
import { normalizedText } from './words/normalized-text.js';
import { wordsInOrder } from './text-analyzer.js';

/** Longer queries quote what they were given to read, and demand nothing. */
const LONGEST_QUERY = 800;
const MAX_PHRASES = 16;
/** Quotation marks around something, not signs for inches or seconds. */
const QUOTED =
  /(?<![\p{L}\p{N}"])(?:"([^"\s](?:[^"]*[^"\s])?)"|“([^“”]+)”|„([^„“”]+)[“”]|«([^«»]+)»|»([^«»]+)«|「([^「」]+)」|『([^『』]+)』)(?![\p{L}\p{N}])/gu;
/** Texts up to this many characters are read whole; of longer ones the places where the phrase may be. */
const WHOLE_TEXT = 4000;
const AROUND = 200;

/** Words that have to stand side by side, in this order. */
export type Phrase = readonly string[];

/** Returns the phrases that a query demands by `"…"`; none in a query of more than 800 characters. */
export function quotedPhrases(query: string): readonly Phrase[] {
  if (query.length > LONGEST_QUERY) return [];
  const quoted = [...query.matchAll(QUOTED)].map((match) => match.slice(1).find((text) => text !== undefined) ?? '');
  return quoted
    .map(wordsInOrder)
    .filter(({ length }) => length > 0)
    .slice(0, MAX_PHRASES);
}

/** Returns whether a text has the words of a phrase side by side. Takes time in proportion to the text. */
export function holdsPhrase(text: string, phrase: Phrase): boolean {
  if (text.length <= WHOLE_TEXT) return follows(wordsInOrder(text), phrase);
  const folded = foldedWord(normalizedText(text));
  const longest = phrase.reduce((a, b) => (b.length > a.length ? b : a), '');
  const around = AROUND + 2 * phrase.join(' ').length;
  for (let at = folded.indexOf(longest); at >= 0; at = folded.indexOf(longest, at + around)) {
    if (follows(wordsInOrder(folded.slice(Math.max(0, at - around), at + 2 * around).toWellFormed()), phrase))
      return true;
  }
  return false;
}

function follows(words: readonly string[], phrase: Phrase): boolean {
  const [first = ''] = phrase;
  for (let at = words.indexOf(first); at >= 0; at = words.indexOf(first, at + 1)) {
    if (phrase.every((word, index) => words[at + index] === word)) return true;
  }
  return false;
}
