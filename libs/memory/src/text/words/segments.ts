import { UNSPACED } from './scripts.js';

/** What a segment of a text is. */
export type SegmentKind = 'word' | 'compound' | 'numbers' | 'emoji' | 'sign' | 'unspaced';

export interface Segment {
  readonly kind: SegmentKind;
  readonly text: string;
  /** Where it begins. */
  readonly index: number;
}

/** The signs that words are made of, and the alternatives that only some texts have. */
interface Alphabet {
  /** What stands in brackets of an expression for a sign of a word. */
  readonly core: string;
  readonly capital: string;
  readonly emoji: string;
  readonly symbol: string;
}

const EMOJI_ONE = String.raw`\p{Extended_Pictographic}\p{Emoji_Modifier}?`;
const UNICODE: Alphabet = {
  core: String.raw`\p{L}\p{N}\p{M}`,
  capital: String.raw`\p{Lu}`,
  emoji: String.raw`\p{Regional_Indicator}{2}|[0-9#*]\u20e3|${EMOJI_ONE}(?:\u200d${EMOJI_ONE})*`,
  symbol: String.raw`(?!\p{ASCII})\p{S}|`,
};
/** The same for text of ASCII alone, which is matched several times as fast. */
const ASCII_ONLY: Alphabet = { core: 'a-zA-Z0-9', capital: '[A-Z]', emoji: '(?!)', symbol: '' };

const SEGMENT = segmentExpression(UNICODE, 'gu');
const ASCII_SEGMENT = segmentExpression(ASCII_ONLY, 'g');

/**
 * Returns an expression with three groups: numbers, tokens, emoji; what matches none of them is a sign. None of its
 * repetitions can match a text in two ways, so it takes time in proportion to the text.
 */
function segmentExpression({ core, capital, emoji, symbol }: Alphabet, flags: string): RegExp {
  const one = `[${core}]`;
  // Numbers in groups, as telephone numbers and large amounts are written: `+49 (30) 123-4567`, `12 500`.
  const groups = String.raw`[+(]?\d{1,4}\)?(?:[ \-/(]{1,2}\d{2,5}\)?){1,6}`;
  const numbers = String.raw`(?<![${core}.,:_/\-])${groups}(?![.:_/\-]?${one})`;
  // Signs that join what stands on both sides of them.
  const joint = String.raw`(?::\/\/|::|->|['._\-/\\:@#+=&%~?*])${one}|(?<=\d),\d`;
  // Signs at the end that belong to a name: C++, F#, A+; and the blood group O-.
  const minus = String.raw`(?<!${one})${capital}{1,2}-(?!${one})`;
  const token = String.raw`${minus}|(?:(?<![${core}.$#@])[.$#@])?${one}+(?:(?:${joint})${one}*)*(?:\+\+|[+#])?`;
  const sign = String.raw`(?:${symbol}(?<!\S)[+=<>|&^~$%#*:;()\-]{2,4}(?!\S))`;
  return new RegExp(`(${numbers})|(${token})|(${emoji})|${sign}`, flags);
}

const ASCII = /^[\u0000-\u007f]*$/;
const PLAIN = /^[\p{L}\p{N}\p{M}]+(?:'[\p{L}\p{M}]+)*$/u;
const ASCII_PLAIN = /^[a-zA-Z0-9]+(?:'[a-zA-Z]+)*$/;
const RUN = new RegExp(`((?:${UNSPACED.source}\\p{M}*)+)|(?:(?!${UNSPACED.source})[^])+`, 'gu');
const CORES = /[\p{L}\p{N}\p{M}]+/gu;
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
