/** Scripts written without spaces between words. */
export const UNSPACED =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}\p{scx=Tibetan}]/u;
export const HANGUL = /\p{Script=Hangul}/u;
export const HEBREW = /\p{Script=Hebrew}/u;
