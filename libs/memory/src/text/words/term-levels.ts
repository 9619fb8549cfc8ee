/**
 * What a term is of a word, as its first character; a stem or a part has none. A term is looked for at its own level only:
 * the word `organ` meets the word `organ`, and the stem of `organization` the stem.
 */
export const EXACT = '=';
export const FAINT = '~';

/** How much a word of a query counts, by what of it a text has. */
export const LEVEL_WEIGHTS = {
  /** Another spelling of it. */
  spelling: 0.5,
  /** Its stem, or all its parts together: times `WordForms.nearWeight`. */
  near: 1,
  /** Each further stem. */
  nextNear: 0.5,
  /** Single letters, and letters with their accents. */
  faint: 0.25,
  /** A word that nearly every text has. */
  stop: 0.15,
} as const;

const MOST_EXACT = 1;
const LEAST_EXACT = 0.3;

/**
 * Returns what the word as it stands counts beside its stem. Someone who asks by one or two words means these; a whole
 * sentence says what it is about by many, in whatever form.
 */
export function exactWeight(words: number): number {
  return Math.max(LEAST_EXACT, Math.min(MOST_EXACT, 1.2 / Math.max(1, words)));
}
