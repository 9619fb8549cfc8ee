import { JsonNumber } from '../model/json-number.js';
import type { JsonValue } from '../model/json.js';

/** A text to find as it stands in the strings of a payload. */
export interface Literal {
  readonly term: string;
  /** A whole string equals the term; otherwise a string contains it. */
  readonly exact: boolean;
  readonly caseSensitive: boolean;
}

/**
 * Returns a predicate: does a JSON value contain, at any depth, a string that equals (exact) or contains the term? Composed
 * and decomposed letters are alike, and format characters do not count.
 */
export function literalMatcher({ term, exact, caseSensitive }: Literal): (value: JsonValue) => boolean {
  const fold = caseSensitive ? oneSpelling : foldCase;
  const wanted = fold(term);
  const holds = exact ? (text: string) => text === wanted : (text: string) => text.includes(wanted);
  const matches = (value: JsonValue): boolean => {
    if (typeof value === 'string') return holds(fold(value));
    if (typeof value !== 'object' || value === null || value instanceof JsonNumber) return false;
    return Object.values(value).some(matches);
  };
  return matches;
}

const UNSEEN = /[\p{Cf}\u034f\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/gu;
const ASCII = /^[\u0000-\u007f]*$/;

/** Returns the text composed (NFC), without format characters and variation selectors: what looks alike is equal. */
export function oneSpelling(text: string): string {
  return ASCII.test(text) ? text : text.replace(UNSEEN, '').normalize('NFC');
}

/**
 * Folds case by Unicode's lower case, in one spelling; both lower-case forms of the Greek sigma count as one letter.
 */
export function foldCase(text: string): string {
  return oneSpelling(text).toLowerCase().replaceAll('ς', 'σ');
}
