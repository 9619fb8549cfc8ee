const SPACE = 0x20;
/** Characters of one kind that make about one token. */
const LETTERS_PER_TOKEN = 5;
const DIGITS_PER_TOKEN = 3;
const SIGNS_PER_TOKEN = 2;
/** UTF-8 bytes outside ASCII that make about one token: one CJK character, one and a half of Cyrillic. */
const BYTES_PER_TOKEN = 3;

type Kind = 'letter' | 'digit' | 'sign' | 'blank' | 'other';

const WEIGHT: Readonly<Record<Kind, number>> = {
  letter: LETTERS_PER_TOKEN,
  digit: DIGITS_PER_TOKEN,
  sign: SIGNS_PER_TOKEN,
  blank: Infinity,
  other: BYTES_PER_TOKEN,
};

/**
 * Estimates how many tokens a language model makes of a text, without being any model's tokenizer: each run of ASCII
 * letters counts one per five begun, digits one per three, signs one per two, everything beyond ASCII one per three UTF-8
 * bytes; blanks belong to what follows. Meant to be a little too high for byte-pair encodings of plain prose and JSON, so
 * that what was made to fit does fit. The same text always counts the same. Linear in its length.
 */
export function estimateTokens(text: string): number {
  let tokens = 0;
  let kind: Kind = 'blank';
  let length = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    const next = kindOf(code);
    if (next !== kind) {
      tokens += Math.ceil(length / WEIGHT[kind]);
      kind = next;
      length = 0;
    }
    length += next === 'other' ? bytesOf(code) : 1;
  }
  return tokens + Math.ceil(length / WEIGHT[kind]);
}

function kindOf(code: number): Kind {
  if (code > 0x7f) return 'other';
  if ((code | SPACE) >= 0x61 && (code | SPACE) <= 0x7a) return 'letter';
  if (code >= 0x30 && code <= 0x39) return 'digit';
  return code <= SPACE ? 'blank' : 'sign';
}

/** Bytes of a UTF-16 unit; each half of a pair has two of the four. */
function bytesOf(code: number): number {
  return code > 0x7ff && (code < 0xd800 || code > 0xdfff) ? 3 : 2;
}
