import { detached } from './detached.js';
import { foldedWord } from './folded-word.js';
import { LanguageGuess, LANGUAGES, type Language } from './languages.js';
import { normalizedText } from './normalized-text.js';
import { segmentsOf, type Segment } from './segments.js';
import { wordForms, type WordForms } from './word-forms.js';

/**
 * Cache of forms by segment. Texts repeat their words, so most are found here; the bounds keep unusual texts from filling
 * memory.
 */
const remembered = new Map<string, WordForms>();
const MAX_REMEMBERED = 50_000;
const MAX_REMEMBERED_LENGTH = 32;
/** Segments that a language is guessed by. */
const LOOKED_AT = 200;

/** Says in which languages a text is, by what its beginning shows. */
export type LanguageChoice = (seen: LanguageGuess) => readonly Language[];

/** Languages of a stored text: those it shows. */
export const LANGUAGES_OF_TEXT: LanguageChoice = (seen) => seen.languages;

/** Languages of a query: often it is too short to show any, and may be in each. */
export const LANGUAGES_OF_QUERY: LanguageChoice = (seen) => (seen.isSure ? seen.languages : LANGUAGES);

/**
 * Reads the forms of words, in portions or at once. Takes time in proportion to the length of the text, and depends on the
 * text alone: on no locale, and on no text before it.
 */
export class FormReader {
  #languages: readonly Language[] | undefined;

  constructor(private readonly choice: LanguageChoice) {}

  /** Returns the forms of the words of a portion in order; the first one tells the language. */
  *read(portion: string): Generator<WordForms> {
    const segments = segmentsOf(normalizedText(portion));
    const first = this.#languages ? [] : beginningOf(segments);
    this.#languages ??= this.choice(guess(first));
    for (const segment of first) yield known(segment, this.#languages);
    for (const segment of segments) yield known(segment, this.#languages);
  }
}

function beginningOf(segments: Generator<Segment>): readonly Segment[] {
  const first: Segment[] = [];
  while (first.length < LOOKED_AT) {
    const next = segments.next();
    if (next.done === true) break;
    first.push(next.value);
  }
  return first;
}

function guess(segments: readonly Segment[]): LanguageGuess {
  const seen = new LanguageGuess();
  for (const { kind, text } of segments) if (kind === 'word') see(text, seen);
  return seen;
}

function see(word: string, seen: LanguageGuess): void {
  const surface = word.toLowerCase();
  seen.see(foldedWord(surface), surface);
}

function known(segment: Segment, languages: readonly Language[]): WordForms {
  const key =
    languages.length === 0 ? `${segment.kind} ${segment.text}` : `${segment.kind} ${segment.text} ${languages.join()}`;
  const found = remembered.get(key);
  if (found) return found;
  const text = detached(segment.text);
  const forms = wordForms({ ...segment, text }, languages);
  if (text.length > MAX_REMEMBERED_LENGTH) return forms;
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  remembered.set(detached(key), forms);
  return forms;
}
