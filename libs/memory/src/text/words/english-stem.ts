import porter2 from 'wink-porter2-stemmer';

/**
 * Returns the stem that a word shares with its other forms (`paint`, `painted`, `painting`). Words other than plain
 * lower-case English letters are returned unchanged.
 *
 * Source: Porter2, M. F. Porter, "English (Porter2) stemming algorithm" (Snowball project).
 */
export function stemWord(word: string): string {
  return /^[a-z]{3,32}$/.test(word) ? porter2(word) : word;
}
