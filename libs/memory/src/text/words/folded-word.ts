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
const SPECIAL = new RegExp(Object.keys(LETTERS).join('|'), 'gu');
/** Marks that carry no letter: accents, vowel points of Arabic and Hebrew, dots below Indic letters. */
const ACCENT_RANGES = [
  String.raw`\u0300-\u036f`,
  String.raw`\u0483-\u0487`,
  String.raw`\u0591-\u05bd`,
  String.raw`\u05bf`,
  String.raw`\u05c1`,
  String.raw`\u05c2`,
  String.raw`\u05c4`,
  String.raw`\u05c5`,
  String.raw`\u05c7`,
  String.raw`\u0610-\u061a`,
  String.raw`\u064b-\u065f`,
  String.raw`\u0670`,
  String.raw`\u06d6-\u06dc`,
  String.raw`\u06df-\u06e8`,
  String.raw`\u06ea-\u06ed`,
  String.raw`\u08d3-\u08ff`,
  String.raw`\u093c`,
  String.raw`\u09bc`,
  String.raw`\u0a3c`,
  String.raw`\u0abc`,
  String.raw`\u0b3c`,
  String.raw`\u1ab0-\u1aff`,
  String.raw`\u1dc0-\u1dff`,
  String.raw`\u20d0-\u20ff`,
  String.raw`\ufe20-\ufe2f`,
];
const ACCENTS = new RegExp(ACCENT_RANGES.map((range) => `[${range}]`).join('|'), 'gu');
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
