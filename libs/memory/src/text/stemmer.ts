import porter2 from 'wink-porter2-stemmer';

/** Texts repeat their words, so most stems are looked up; the bound keeps odd texts from filling memory. */
const MAX_REMEMBERED = 50_000;
const remembered = new Map<string, string>();

/**
 * The stem that a word shares with its other forms (`paint`, `painted`, `painting`). Words that are not plain
 * lower-case English letters are their own stem.
 *
 * Source: Porter2, M. F. Porter, "English (Porter2) stemming algorithm" (Snowball project).
 */
export function stemWord(word: string): string {
  if (!/^[a-z]{3,32}$/.test(word)) return word;
  const known = remembered.get(word);
  if (known !== undefined) return known;
  const stem = porter2(word);
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  remembered.set(word, stem);
  return stem;
}
