/** Of the numbers that JSON keeps exactly everywhere. */
const SPACE = 2 ** 53;
const TOTAL = 4096;
/** Below it, the product of a width and a share is exact. */
const EXACT = 2 ** 40;
/** A character takes at least 3.6 bits, so further ones make no difference. */
const MAX_CHARACTERS = 20;

/** The share of the numbers that a byte gets: ranges of text are mostly asked of dates and times. */
const SHARES = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  if (/[0-9]/.test(character)) return 320;
  if (/[-T:]/.test(character)) return 80;
  if (/[a-z .Z]/.test(character)) return 10;
  return 1;
});
/** The end of a text comes before every byte. */
const END = 1;
const STARTS = SHARES.map((_, byte) => SHARES.slice(0, byte).reduce<number>((sum, share) => sum + share, END));

/**
 * Returns a whole number for a text, in the order of texts by code point: a lesser text never has a greater number. It
 * tells apart ISO 8601 times of different days, and words that differ in their first five letters.
 *
 * Source: arithmetic coding (Rissanen & Langdon, "Arithmetic coding", 1979) with fixed shares, cut off at 53 bits.
 */
export function textOrder(text: string): number {
  let start = 0;
  let width = SPACE;
  // UTF-8 has the order of code points.
  const length = scratch.write(text.length <= MAX_CHARACTERS ? text : text.slice(0, MAX_CHARACTERS));
  for (let index = 0; index < length && width > 0; index++) {
    const byte = scratch[index]!;
    const before = part(width, STARTS[byte]!);
    width = part(width, STARTS[byte]! + SHARES[byte]!) - before;
    start += before;
  }
  return start;
}

const MAX_BYTES = 3;
const scratch = Buffer.alloc(MAX_BYTES * MAX_CHARACTERS);

function part(width: number, share: number): number {
  return width < EXACT ? Math.floor((width * share) / TOTAL) : Math.floor(width / TOTAL) * share;
}
