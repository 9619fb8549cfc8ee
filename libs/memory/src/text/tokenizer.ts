/** Longer runs of letters (encoded data, keys) are cut: differences beyond this length matter only to machines. */
const MAX_WORD_LENGTH = 64;

const APOSTROPHES = /[\u0060\u00b4\u2018\u2019\u02bc\uff07]/g;
const ACCENTS = /[\u0300-\u036f]/g;
/** A number with thousands separators, or letters and digits, with apostrophes inside. */
const WORD = /(?<![\p{L}\p{N}])\d{1,3}(?:,\d{3})+(?![\p{L}\p{N}])|[\p{L}\p{N}\p{M}]+(?:'[\p{L}\p{M}]+)*/gu;
/** Scripts written without spaces between words. */
const UNSPACED = /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]/u;
const ASCII = /^[\u0000-\u007f]*$/;
/** `WORD` for pure ASCII text: matches several times as fast. */
const ASCII_WORD = /(?<![a-z0-9])\d{1,3}(?:,\d{3})+(?![a-z0-9])|[a-z0-9]+(?:'[a-z]+)*/g;

/**
 * Returns the words of a text in order, in lower case, without accents, compatibility forms unified (NFKC). An
 * apostrophe inside a word is kept (`don't`); everything else that is not a letter or digit separates words. In scripts
 * without spaces, single characters and pairs of adjacent characters are used as words.
 *
 * Depends only on the text: no locale, no word-break data.
 */
export function tokenize(text: string): string[] {
  const plain = text.replace(APOSTROPHES, "'");
  return ASCII.test(plain) ? asciiWords(plain.toLowerCase()) : wordsOf(fold(plain));
}

function asciiWords(text: string): string[] {
  return (text.match(ASCII_WORD) ?? []).map(bounded);
}

function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const [match] of text.matchAll(WORD)) {
    if (UNSPACED.test(match)) pushCharacterPairs(match, words);
    else words.push(bounded(match));
  }
  return words;
}

function fold(text: string): string {
  return text.normalize('NFKD').toLowerCase().replace(ACCENTS, '').normalize('NFKC');
}

function bounded(match: string): string {
  if (match.includes(',')) return match.replaceAll(',', '');
  return match.length > MAX_WORD_LENGTH ? match.slice(0, MAX_WORD_LENGTH).toWellFormed() : match;
}

function pushCharacterPairs(run: string, words: string[]): void {
  let spaced = '';
  let previous: string | undefined;
  for (const character of run) {
    if (UNSPACED.test(character)) {
      if (spaced) words.push(spaced);
      spaced = '';
      words.push(character);
      if (previous !== undefined) words.push(previous + character);
      previous = character;
    } else {
      spaced += character;
      previous = undefined;
    }
  }
  if (spaced) words.push(spaced);
}
