import { UNSPACED } from './scripts.js';

const SEGMENTERS = new Map<string, Intl.Segmenter>();

/** A word of a script without spaces: as dictionaries cut it, and its letters with those beside them. */
export interface UnspacedRun {
  readonly words: readonly string[];
  readonly letters: readonly string[];
  readonly pairs: readonly string[];
}

/**
 * Cuts a run of a script without spaces. Dictionaries know where words end, and cut the same word differently in other
 * company; so pairs of letters are given beside them, which find it anyway.
 */
export function unspacedRun(run: string): UnspacedRun {
  const letters = [...GRAPHEMES.segment(run)].map(({ segment }) => segment);
  const pairs = letters.slice(1).map((letter, index) => (letters[index] ?? '') + letter);
  return { words: wordsOf(run), letters, pairs };
}

const GRAPHEMES = new Intl.Segmenter('und', { granularity: 'grapheme' });

function wordsOf(run: string): string[] {
  return [...segmenterOf(run).segment(run)].map(({ segment }) => segment).filter((word) => UNSPACED.test(word));
}

/** The language only names which dictionary a host may prefer; all are one in ICU's root. */
function segmenterOf(run: string): Intl.Segmenter {
  const language = /[\p{scx=Hiragana}\p{scx=Katakana}]/u.test(run) ? 'ja' : /\p{Script=Thai}/u.test(run) ? 'th' : 'zh';
  const known = SEGMENTERS.get(language);
  if (known) return known;
  const made = new Intl.Segmenter(language, { granularity: 'word' });
  SEGMENTERS.set(language, made);
  return made;
}
