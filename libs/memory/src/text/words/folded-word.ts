/** Letters that no decomposition takes apart, by the letters that are typed for them. */
const LETTERS: Readonly<Record<string, string>> = {
  ł: 'l', ø: 'o', ß: 'ss', đ: 'd', æ: 'ae', œ: 'oe', ı: 'i', ð: 'd', þ: 'th', ħ: 'h', ŧ: 't', ŋ: 'n', ĸ: 'k', ƶ: 'z',
  ƀ: 'b', ɓ: 'b', ɖ: 'd', ɗ: 'd', ƒ: 'f', ǥ: 'g', ɠ: 'g', ɨ: 'i', ƙ: 'k', ƚ: 'l', ɫ: 'l', ɲ: 'n', ƥ: 'p', ɽ: 'r', ʂ: 's',
  ƭ: 't', ʈ: 't', ʉ: 'u', ƴ: 'y', ə: 'e', ɛ: 'e', ɔ: 'o', ȼ: 'c', ɇ: 'e', ɉ: 'j', ɏ: 'y', ȥ: 'z', ς: 'σ', ё: 'е', ґ: 'г',
  // Arabic and its neighbours: alef without its seat, one ya, one kaf, one ha.
  ٱ: 'ا', ى: 'ي', ی: 'ي', ې: 'ي', ک: 'ك', ڪ: 'ك', ة: 'ه', ە: 'ه', ہ: 'ه', ھ: 'ه', ۀ: 'ه', ۃ: 'ه', ـ: '',
  // Hebrew: letters at the end of a word.
  ך: 'כ', ם: 'מ', ן: 'נ', ף: 'פ', ץ: 'צ', '״': '', '׳': '',
  // Devanagari: the nasal that is written as a moon or as a dot.
  'ँ': 'ं', 'ঁ': 'ং',
}; // prettier-ignore
const SPECIAL = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'gu');
/** Marks that carry no letter: accents, vowel points of Arabic and Hebrew, dots below Indic letters. */
const ACCENTS =
  /[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u08d3-\u08ff\u093c\u09bc\u0a3c\u0abc\u0b3c\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]/gu;
/** In Cyrillic a breve makes another letter. */
const CYRILLIC_LETTERS = /[иу]\u0306|і\u0308/gu;
/** Nasals before a consonant of their place, which are written as a dot just as well. */
const NASALS = /ङ्(?=[क-घ])|ञ्(?=[च-झ])|ण्(?=[ट-ढ])|न्(?=[त-ध])|म्(?=[प-भ])/gu;
const ASCII = /^[\u0000-\u007f]*$/;

/**
 * Returns a word without case, accents, vowel points and variants of letters, so that spellings of one word are equal:
 * `Łódź` and `lodz`, `مُحَمَّد` and `محمد`, `STRASSE` and `Straße`.
 */
export function foldedWord(word: string): string {
  if (ASCII.test(word)) return word.toLowerCase();
  return word
    .toLowerCase()
    .normalize('NFKD')
    .replace(CYRILLIC_LETTERS, (letter) => letter.normalize('NFC'))
    .replace(ACCENTS, '')
    .normalize('NFC')
    .replace(SPECIAL, (letter) => LETTERS[letter] ?? letter)
    .replace(NASALS, 'ं');
}

/** Letters that are written as two where a keyboard lacks them. */
const SPELLED_OUT: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', å: 'aa', ø: 'oe' };

/** Returns the word as it is spelled without umlauts and rings (`Mueller`); undefined where it has none. */
export function spelledOut(word: string): string | undefined {
  const lower = word.toLowerCase();
  return /[äöüåø]/.test(lower)
    ? foldedWord(lower.replace(/[äöüåø]/g, (letter) => SPELLED_OUT[letter] ?? letter))
    : undefined;
}
