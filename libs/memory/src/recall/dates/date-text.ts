/** Characters of a text in which dates are looked for: half of them at its beginning, half at its end. */
const MAX_LENGTH = 2000;
/** First digits of scripts whose digits `normalize` leaves alone: Arabic, Persian, Devanagari, Bengali, Thai. */
const ZEROS = [0x660, 0x6f0, 0x966, 0x9e6, 0xe50];
const OTHER_DIGIT = /[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef\u0e50-\u0e59]/g;
/** Stands where a date was taken out, so that nothing on its left joins anything on its right. */
const TAKEN = ' ; ';

/** Returns a text as dates are looked for in it: its ends, in lower case, with plain digits, blanks and apostrophes. */
export function dateText(text: string): string {
  const half = MAX_LENGTH / 2;
  const ends = text.length <= MAX_LENGTH ? text : `${text.slice(0, half)}${TAKEN}${text.slice(-half)}`;
  return ends
    .normalize('NFKC')
    .toLowerCase()
    .replace(OTHER_DIGIT, plainDigit)
    .replace(/[’ʼ]/g, "'")
    .replace(/\s+/g, ' ');
}

/** The groups of a match; undefined for those that took no part. */
export type Parts = readonly (string | undefined)[];

/**
 * Takes all matches of a pattern out of a text that the reader makes something of, and returns what is left.
 *
 * @param pattern with the flag `g`
 * @param read returns false for what is to stay
 */
export function takeOut(text: string, pattern: RegExp, read: (parts: Parts) => boolean): string {
  return text.replace(pattern, (match, ...rest: unknown[]) => {
    const parts = rest.map((part) => (typeof part === 'string' ? part : undefined));
    // The last ones are the place of the match, a number, and the text itself.
    return read(parts.slice(0, -1)) ? TAKEN : match;
  });
}

function plainDigit(digit: string): string {
  const point = digit.codePointAt(0) ?? 0;
  return String(point - (ZEROS.findLast((zero) => zero <= point) ?? point));
}
