import { murmur3 } from './murmur3.js';

/** Indexes (below the dimension) and weights that a word adds, as parallel arrays. */
export interface WordFeatures {
  readonly indexes: Int32Array;
  readonly weights: Float64Array;
}

const WORD_SEED = 0x5f0a;
const NGRAM_SEED = 0x9e37;
const WORD = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*/gu;
const DIGIT = /\p{N}/u;
/** Scripts without spaces: the word pattern matches a whole sentence, while one or two characters carry the meaning. */
const UNSPACED_SCRIPT = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;
const NGRAM_SIZES = [3, 4, 5];
const UNSPACED_NGRAM_SIZES = [1, 2];
const SIGNS_OF_AN_UNSPACED_WORD = 2;
const MAX_NGRAM_CODE_POINTS = 64;
/** Share of a word's squared weight given to all its character n-grams; the whole word gets the rest. */
const NGRAM_SHARE = 0.8;
/** Length at which a word gets full weight; shorter words are usually more common. */
const FULL_WEIGHT_LENGTH = 8;

/** Words of a text, folded by NFKC and lower case. */
export function wordsOf(text: string): string[] {
  return text.normalize('NFKC').toLowerCase().match(WORD) ?? [];
}

/**
 * Signed hashed features of a word: the whole word, and its character n-grams with the word's borders marked, which
 * misspelled and inflected forms share.
 *
 * Sources: Weinberger et al., "Feature Hashing for Large Scale Multitask Learning" (ICML 2009); n-grams with borders
 * as in Bojanowski et al., "Enriching Word Vectors with Subword Information" (TACL 2017).
 */
export function featuresOf(word: string, dimension: number): WordFeatures {
  const codePoints = Array.from(word);
  const ngrams = ngramsOf(codePoints.slice(0, MAX_NGRAM_CODE_POINTS));
  const emphasis = emphasisOf(codePoints);
  const wordWeight = ngrams.length === 0 ? 1 : Math.sqrt(1 - NGRAM_SHARE);
  const ngramWeight = Math.sqrt(NGRAM_SHARE / Math.max(1, ngrams.length));
  const indexes = new Int32Array(ngrams.length + 1);
  const weights = new Float64Array(ngrams.length + 1);
  const put = (position: number, hash: number, weight: number): void => {
    indexes[position] = (hash >>> 1) % dimension;
    weights[position] = (hash & 1) === 0 ? weight : -weight;
  };
  put(0, murmur3(word, WORD_SEED), emphasis * wordWeight);
  ngrams.forEach((ngram, position) => put(position + 1, murmur3(ngram, NGRAM_SEED), emphasis * ngramWeight));
  return { indexes, weights };
}

function emphasisOf(codePoints: readonly string[]): number {
  if (isUnspaced(codePoints)) return Math.sqrt(Math.max(1, codePoints.length / SIGNS_OF_AN_UNSPACED_WORD));
  return Math.min(codePoints.length, FULL_WEIGHT_LENGTH) / FULL_WEIGHT_LENGTH;
}

function ngramsOf(codePoints: readonly string[]): string[] {
  if (codePoints.every((codePoint) => DIGIT.test(codePoint))) return [];
  if (isUnspaced(codePoints)) return UNSPACED_NGRAM_SIZES.flatMap((size) => slices(codePoints, size));
  return NGRAM_SIZES.flatMap((size) => slices(['<', ...codePoints, '>'], size));
}

/** Returns every run of `size` characters. */
function slices(signs: readonly string[], size: number): string[] {
  return Array.from({ length: Math.max(0, signs.length - size + 1) }, (_, start) =>
    signs.slice(start, start + size).join(''),
  );
}

function isUnspaced(codePoints: readonly string[]): boolean {
  return codePoints.some((codePoint) => UNSPACED_SCRIPT.test(codePoint));
}
