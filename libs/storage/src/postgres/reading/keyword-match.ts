import type { Literal } from '@sfm/memory';
import type { SqlParameters } from './sql-parameters.js';

/**
 * Returns a condition on the JSON text of a payload of `memories m` that every match fulfils, whatever the server's
 * locale. Others may fulfil it too (a key, an escape sequence): `literalMatcher` decides.
 *
 * Without case sensitivity the server can compare only ASCII, so other characters match anything. Two characters
 * outside ASCII have an ASCII lower case: İ (i) and the Kelvin sign (k); payloads that contain them are let through.
 */
export function keywordPrefilterSql({ term, exact, caseSensitive }: Literal, parameters: SqlParameters): string {
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
