import { JsonNumber } from '../model/json-number.js';
import type { JsonValue } from '../model/json.js';

/** A text to find as it stands in the strings of a payload. */
export interface Literal {
  readonly term: string;
  /** A whole string equals the term; otherwise a string contains it. */
  readonly exact: boolean;
  readonly caseSensitive: boolean;
}

/** Returns a predicate: does a JSON value contain, at any depth, a string that equals (exact) or contains the term? */
export function literalMatcher({ term, exact, caseSensitive }: Literal): (value: JsonValue) => boolean {
  const fold = caseSensitive ? (text: string) => text : foldCase;
  const wanted = fold(term);
  const holds = exact ? (text: string) => text === wanted : (text: string) => text.includes(wanted);
  const matches = (value: JsonValue): boolean => {
    if (typeof value === 'string') return holds(fold(value));
    if (typeof value !== 'object' || value === null || value instanceof JsonNumber) return false;
    return Object.values(value).some(matches);
  };
  return matches;
}

/** Folds case by Unicode's lower case; both lower-case forms of the Greek sigma count as one letter. */
export function foldCase(text: string): string {
  return text.toLowerCase().replaceAll('ς', 'σ');
}
