import { asciiDigits } from './digits.js';

const APOSTROPHES = /[\u0060\u00b4\u2018\u2019\u02bc\u05f3\uff07]/g;
const DASHES = /[\u00ad\u2010-\u2012\u2212\ufe63\uff0d]/g;
const SOFT_HYPHEN = '\u00ad';
const VARIATION_SELECTORS = /[\ufe00-\ufe0f\u{e0100}-\u{e01ef}\u180b-\u180d]/gu;
/** Format characters; the zero-width joiner stays where it holds an emoji together. */
const FORMAT = /(?!\u200d)\p{Cf}|\u200d(?!\p{Extended_Pictographic})|\u034f/gu;
/** Spaces that separate thousands, and no words. */
const THIN_SPACE = /(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))/g;
const ASCII = /^[\u0000-\u007f]*$/;
const DECOMPOSED = /\p{M}/u;

/**
 * Returns the text in one spelling: compatibility forms unified (NFKC), one apostrophe, one hyphen, digits 0 to 9, without
 * variation selectors and format characters (soft hyphen, zero-width characters, marks of direction and of byte order).
 * Case and accents stay: they tell where words end.
 */
export function normalizedText(text: string): string {
  if (ASCII.test(text)) return text.includes('`') ? text.replaceAll('`', "'") : text;
  const plain = text
    .replace(APOSTROPHES, "'")
    .replace(DASHES, (dash) => (dash === SOFT_HYPHEN ? '' : '-'))
    .replace(THIN_SPACE, ',')
    .replace(VARIATION_SELECTORS, '')
    .replace(FORMAT, '');
  // What is left of an accent is composed once more: a format character may have stood between letter and accent.
  const composed = plain.normalize('NFKC');
  return asciiDigits(DECOMPOSED.test(composed) ? composed.normalize('NFKC') : composed);
}
