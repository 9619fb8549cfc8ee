const OTHER_DIGIT = /(?![0-9])\p{Nd}/gu;

/** Returns the text with the decimal digits of every script written as 0 to 9. */
export function asciiDigits(text: string): string {
  return text.replace(OTHER_DIGIT, (digit) => String(valueOf(digit.codePointAt(0) ?? 0)));
}

/** Unicode encodes the digits of a script in a row, from 0 to 9 (Unicode Standard, chapter 4.6). */
function valueOf(codePoint: number): number {
  let first = codePoint;
  while (isDigit(first - 1)) first -= 1;
  return (codePoint - first) % 10;
}

function isDigit(codePoint: number): boolean {
  return /^\p{Nd}$/u.test(String.fromCodePoint(codePoint));
}
