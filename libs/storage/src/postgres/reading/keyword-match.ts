import { oneSpelling, type Literal } from '@sfm/memory';
import type { SqlParameters } from './sql-parameters.js';

/**
 * Returns a condition on the JSON text of a payload of `memories m` that every match fulfils, whatever the server's
 * locale. Others may fulfil it too (a key, an escape sequence): `literalMatcher` decides.
 *
 * Without case sensitivity the server can compare only ASCII, so other characters match anything. Two characters
 * outside ASCII have an ASCII lower case: İ (i) and the Kelvin sign (k); payloads that contain them are let through.
 */
export function keywordPrefilterSql({ term, exact, caseSensitive }: Literal, parameters: SqlParameters): string {
  const json = JSON.stringify(oneSpelling(term));
  const wanted = escapeLike(exact ? json : json.slice(1, -1));
  const text = `m.payload::text COLLATE "C"`;
  if (caseSensitive) return `(${text} LIKE ${parameters.add(`%${wanted}%`)} OR ${otherSpelling(text)})`;
  const ascii = `${text} ILIKE ${parameters.add(`%${wanted.replaceAll(/[^ -~]+/g, '%')}%`)}`;
  const kelvin = /[ik\u0130\u212a]/i.test(term) ? `m.payload::text ~ '[İ\u212a]' OR ` : '';
  return `(${ascii} OR ${kelvin}${otherSpelling(text)})`;
}

/** Characters that a reader does not see: see `oneSpelling`. Others than these are let through where they are not in NFC. */
const UNSEEN =
  '[\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\u{110bd}\u{110cd}\u{13430}-\u{1343f}\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e01ef}]';

/** True for payloads whose strings may be written in another spelling than the term. */
function otherSpelling(text: string): string {
  return `(octet_length(${text}) <> char_length(${text}) AND (${text} IS NOT NFC NORMALIZED OR ${text} ~ '${UNSEEN}'))`;
}

function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, '\\$&');
}
