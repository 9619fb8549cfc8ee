import type { JsonValue, KeywordQuery } from '@sfm/memory';

type KeywordTest = Pick<KeywordQuery, 'term' | 'exact' | 'caseSensitive'>;

/** Tells whether a JSON value has, at any depth, a string that equals (exact) or contains the term. */
export function keywordMatcher({ term, exact, caseSensitive }: KeywordTest): (value: JsonValue) => boolean {
  const fold = caseSensitive ? (text: string) => text : foldCase;
  const wanted = fold(term);
  const holds = exact ? (text: string) => text === wanted : (text: string) => text.includes(wanted);
  const matches = (value: JsonValue): boolean => {
    if (typeof value === 'string') return holds(fold(value));
    if (typeof value !== 'object' || value === null) return false;
    return Object.values(value).some(matches);
  };
  return matches;
}

/** Case folding by Unicode's lower case; both lower-case forms of the Greek sigma are one letter. */
function foldCase(text: string): string {
  return text.toLowerCase().replaceAll('ς', 'σ');
}

/** What the SQL expression and the LIKE pattern of a keyword query are. */
export interface KeywordPrefilter {
  /** Text to look into, of a table aliased `m`. */
  readonly expression: string;
  readonly pattern: string;
}

/**
 * A condition on the JSON text of a payload that every match fulfils, whatever the server's locale. Others may fulfil
 * it too (a key, an escape sequence): `keywordMatcher` decides.
 *
 * Without regard to case only ASCII can be compared on the server, so other characters stand for anything. Two
 * characters outside ASCII have an ASCII lower case: İ (i) and the Kelvin sign (k).
 */
export function keywordPrefilter({ term, exact, caseSensitive }: KeywordTest): KeywordPrefilter {
  const json = JSON.stringify(term);
  const wanted = exact ? json : json.slice(1, -1);
  if (caseSensitive) return { expression: 'm.payload::text COLLATE "C"', pattern: `%${escapeLike(wanted)}%` };
  const pattern = escapeLike(foldCase(wanted)).replaceAll(/[^ -~]+/g, '%');
  return { expression: `lower(translate(m.payload::text, 'İ\u212a', 'ik') COLLATE "C")`, pattern: `%${pattern}%` };
}

function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, '\\$&');
}
