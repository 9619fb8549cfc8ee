/** Endings that English joins to a word with an apostrophe. */
const ENDING = /'(?:s|ll|d|re|ve|m)$/;
/** Articles, pronouns and prepositions that lose their vowel before another: French, Italian, Catalan. */
const ELIDED = new Set(
  (
    'l d j m t s c n qu jusqu lorsqu puisqu quoiqu quelqu presqu ' +
    'un all dall dell nell sull coll quell quest bell sant buon grand tutt cent mezz anch gl dev com nient'
  ).split(' '),
);
/** Endings that Turkish and others put to a name behind an apostrophe are not longer. */
const LONGEST_ENDING = 4;
const SHORTEST_NAME = 3;

/** What a word with an apostrophe is found by. */
export interface JoinedWord {
  readonly exact: readonly string[];
  readonly parts: readonly string[];
  readonly order: readonly string[];
}

/** Takes a folded word with an apostrophe inside apart: `l'ecole`, `tom's`, `o'neil`, `istanbul'da`. */
export function joinedByApostrophe(word: string): JoinedWord {
  if (word.endsWith("n't")) return alone(word.replaceAll("'", ''));
  const bare = word.replace(ENDING, '');
  const at = bare.indexOf("'");
  if (at < 0) return alone(bare);
  const [first, rest] = [bare.slice(0, at), bare.slice(at + 1).replaceAll("'", '')];
  if (ELIDED.has(first)) return { exact: [rest], parts: [], order: [first, rest] };
  const joined = first + rest;
  const isName = first.length >= SHORTEST_NAME && rest.length <= LONGEST_ENDING;
  return {
    exact: isName ? [first, joined] : [joined],
    parts: [first, rest].filter(({ length }) => length > 1),
    order: [joined],
  };
}

function alone(word: string): JoinedWord {
  return { exact: [word], parts: [], order: [word] };
}
