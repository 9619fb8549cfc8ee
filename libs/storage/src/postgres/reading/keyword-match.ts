import { JsonNumber, type JsonValue, type KeywordQuery } from '@sfm/memory';
import type { SqlParameters } from './sql-parameters.js';

type KeywordTest = Pick<KeywordQuery, 'term' | 'exact' | 'caseSensitive'>;

/** Returns a predicate: does a JSON value contain, at any depth, a string that equals (exact) or contains the term? */
export function keywordMatcher({ term, exact, caseSensitive }: KeywordTest): (value: JsonValue) => boolean {
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
function foldCase(text: string): string {
  return text.toLowerCase().replaceAll('ς', 'σ');
}

/**
 * Returns a condition on the JSON text of a payload of `memories m` that every match fulfils, whatever the server's
 * locale. Others may fulfil it too (a key, an escape sequence): `keywordMatcher` decides.
 *
 * Without case sensitivity the server can compare only ASCII, so other characters match anything. Two characters
 * outside ASCII have an ASCII lower case: İ (i) and the Kelvin sign (k); payloads that contain them are let through.
 */
export function keywordPrefilterSql({ term, exact, caseSensitive }: KeywordTest, parameters: SqlParameters): string {
  const json = JSON.stringify(term);
  const wanted = escapeLike(exact ? json : json.slice(1, -1));
  const text = `m.payload::text COLLATE "C"`;
  if (caseSensitive) return `${text} LIKE ${parameters.add(`%${wanted}%`)}`;
  const ascii = `${text} ILIKE ${parameters.add(`%${wanted.replaceAll(/[^ -~]+/g, '%')}%`)}`;
  return /[ik\u0130\u212a]/i.test(term) ? `(${ascii} OR m.payload::text ~ '[İ\u212a]')` : ascii;
}

function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, '\\$&');
}
