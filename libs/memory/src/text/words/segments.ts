import { UNSPACED } from './scripts.js';

/** What a segment of a text is. */
export type SegmentKind = 'word' | 'compound' | 'numbers' | 'emoji' | 'sign' | 'unspaced';

export interface Segment {
  readonly kind: SegmentKind;
  readonly text: string;
  /** Where it begins. */
  readonly index: number;
}

const CORE = String.raw`[\p{L}\p{N}\p{M}]`;
const EMOJI_ONE = String.raw`\p{Extended_Pictographic}\p{Emoji_Modifier}?`;
const EMOJI = String.raw`\p{Regional_Indicator}{2}|[0-9#*]\u20e3|${EMOJI_ONE}(?:\u200d${EMOJI_ONE})*`;
/** Numbers in groups, as telephone numbers and large amounts are written: `+49 (30) 123-4567`, `12 500`. */
const NUMBERS = String.raw`(?<![\p{L}\p{N}\p{M}.,:_/-])[+(]?\d{1,4}\)?(?:[ \-/(]{1,2}\d{2,5}\)?){1,6}(?![\p{L}\p{N}\p{M}.:_/-]${CORE}?)`;
/** Signs that join what stands on both sides of them to one token. */
const JOINED = String.raw`(?:(?::\/\/|::|->|['._\-/\\:@#+=&%~?*]|(?<=\d),(?=\d))${CORE}+)*`;
/** Signs at the end that belong to a name: C++, F#, A+, blood group O-. */
const ENDING = String.raw`(?:(?:\+\+|[+#])(?!${CORE})|(?<=(?<!${CORE})\p{Lu}{1,2})-(?!${CORE}))?`;
const TOKEN = String.raw`(?:(?<![\p{L}\p{N}\p{M}.$#@])[.$#@])?${CORE}+${JOINED}${ENDING}`;
const SIGN = String.raw`(?!\p{ASCII})[\p{S}]|(?<!\S)[+=<>|&^~$%#*:;()-]{2,4}(?!\S)`;
const SEGMENT = new RegExp(`(${NUMBERS})|(${TOKEN})|(${EMOJI})|(?:${SIGN})`, 'gu');
/** The same for text of ASCII alone, which is matched several times as fast. */
const ASCII_SEGMENT = new RegExp(
  String.raw`((?<![a-zA-Z0-9.,:_/-])[+(]?\d{1,4}\)?(?:[ \-/(]{1,2}\d{2,5}\)?){1,6}(?![.:_/-]?[a-zA-Z0-9]))` +
    String.raw`|((?:(?<![a-zA-Z0-9.$#@])[.$#@])?[a-zA-Z0-9]+(?:(?::\/\/|::|->|['._\-/\\:@#+=&%~?*]|(?<=\d),(?=\d))[a-zA-Z0-9]+)*` +
    String.raw`(?:(?:\+\+|[+#])(?![a-zA-Z0-9])|(?<=(?<![a-zA-Z0-9])[A-Z]{1,2})-(?![a-zA-Z0-9]))?)` +
    String.raw`|(?:(?<!\S)[+=<>|&^~$%#*:;()-]{2,4}(?!\S))`,
  'g',
);
const ASCII = /^[\u0000-\u007f]*$/;
const PLAIN = /^[\p{L}\p{N}\p{M}]+(?:'[\p{L}\p{M}]+)*$/u;
const ASCII_PLAIN = /^[a-zA-Z0-9]+(?:'[a-zA-Z]+)*$/;
const RUN = new RegExp(`((?:${UNSPACED.source}\\p{M}*)+)|(?:(?!${UNSPACED.source})[^])+`, 'gu');
const CORES = new RegExp(`${CORE}+`, 'gu');
const MAX_TOKEN = 512;
/** Longer words are cut: differences beyond this length matter only to machines. */
const MAX_WORD = 64;
/** Characters of a script without spaces that are looked at together. */
const PIECE = 256;

/** Returns the segments of a normalised text in order. Takes time in proportion to its length. */
export function* segmentsOf(text: string): Generator<Segment> {
  const isAscii = ASCII.test(text);
  for (const match of text.matchAll(isAscii ? ASCII_SEGMENT : SEGMENT)) {
    const [all, numbers, token] = match;
    if (numbers !== undefined) yield* grouped(numbers, match.index);
    else if (token === undefined)
      yield { kind: match[3] === undefined ? 'sign' : 'emoji', text: all, index: match.index };
    else if (!isAscii && UNSPACED.test(token)) yield* withoutSpaces(token, match.index);
    else if ((isAscii ? ASCII_PLAIN : PLAIN).test(token)) yield { kind: 'word', text: cut(token), index: match.index };
    else if (token.length > MAX_TOKEN) yield* apart(token, match.index);
    else yield { kind: 'compound', text: token, index: match.index };
  }
}

/** Numbers in groups are one number, and each group one as well. */
function* grouped(text: string, index: number): Generator<Segment> {
  yield { kind: 'numbers', text, index };
  for (const match of text.matchAll(/\d+(?:[-/]\d+)*/g)) {
    const kind = /^\d+$/.test(match[0]) ? 'word' : 'compound';
    yield { kind, text: match[0], index: index + match.index };
  }
}

/** Cuts a token where letters of a script without spaces begin and end. */
function* withoutSpaces(token: string, index: number): Generator<Segment> {
  for (const match of token.matchAll(RUN)) {
    const at = index + match.index;
    if (match[1] === undefined) yield* segmentsOf(match[0]);
    else for (const text of pieces(match[1])) yield { kind: 'unspaced', text, index: at };
  }
}

function* pieces(run: string): Generator<string> {
  for (let from = 0; from < run.length; from += PIECE) yield run.slice(from, from + PIECE).toWellFormed();
}

/** A token of hundreds of letters names nothing that anyone looks for; what it is made of may. */
function* apart(token: string, index: number): Generator<Segment> {
  for (const match of token.matchAll(CORES)) yield { kind: 'word', text: cut(match[0]), index: index + match.index };
}

function cut(word: string): string {
  return word.length > MAX_WORD ? word.slice(0, MAX_WORD).toWellFormed() : word;
}
