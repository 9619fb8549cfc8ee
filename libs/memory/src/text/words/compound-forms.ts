import { foldedWord } from './folded-word.js';

/** A token that is more than a word: what it is found by as a whole, and what it is made of. */
export interface CompoundForms {
  /** The token as it stands first; then other spellings of it, and parts that are tokens themselves. */
  readonly exact: readonly string[];
  readonly parts: readonly string[];
  /** Its words in order. */
  readonly order: readonly string[];
}

/** Signs between tokens: a path, an address, an assignment. */
const BETWEEN_TOKENS = /:\/\/|::|->|[/\\?&=#@:,;%*~+]+/;
/** Signs inside a token. */
const INSIDE = /[^\p{L}\p{N}\p{M}]+/u;
const WRITTEN_APART = /^[\p{L}\p{N}\p{M}]+(?:[-_:'][\p{L}\p{N}\p{M}]+)+$/u;
const GROUPED_NUMBER = /^\d{1,3}(?:([,.'])\d{3})(?:\1\d{3})*$/;
const DECIMAL_COMMA = /^\d+,\d+$/;
/** Where a name in camel case, or letters beside digits, come apart. */
const SEAMS = /(?<=\p{Ll})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})|(?<=\p{L})(?=\p{N})|(?<=\p{N})(?=\p{L})/u;
/** Digits and letters mixed over such a length are a key or a hash: their runs mean nothing. */
const SHORTEST_HASH = 16;
const MAX_PARTS = 64;

/** Returns the forms of a token: a version, an address, a path, a number with separators, a name from code, … */
export function compoundForms(token: string): CompoundForms {
  const whole = foldedWord(token);
  const exact = new Set([whole]);
  if (/^[$#@]/.test(token)) exact.add(whole.slice(1));
  if (whole.includes('://')) exact.add(whole.slice(whole.indexOf('://') + '://'.length));
  if (/^v\d/.test(whole)) exact.add(whole.slice(1));
  if (WRITTEN_APART.test(token)) exact.add(whole.replaceAll(/[-_:']/g, ''));
  if (GROUPED_NUMBER.test(token)) exact.add(whole.replaceAll(/[,.']/g, ''));
  if (DECIMAL_COMMA.test(token)) exact.add(whole.replace(',', '.'));
  for (const piece of token.split(BETWEEN_TOKENS)) if (INSIDE.test(piece)) exact.add(foldedWord(piece));
  const cores = token.split(INSIDE).filter((core) => core !== '');
  const parts = new Set<string>();
  for (const core of cores.slice(0, MAX_PARTS)) for (const part of comeApart(core)) parts.add(foldedWord(part));
  exact.delete('');
  for (const form of exact) parts.delete(form);
  const order = cores.length === 1 ? [whole] : cores.map(foldedWord);
  return { exact: [...exact], parts: [...parts], order };
}

/** Returns whether a word without signs is made of several all the same: `loadAccount`, `5km`. */
export function hasSeams(word: string): boolean {
  return SEAMS.test(word);
}

function comeApart(core: string): readonly string[] {
  const isHash = core.length >= SHORTEST_HASH && /\p{N}/u.test(core) && /\p{L}/u.test(core);
  if (isHash) return [core];
  const pieces = core.split(SEAMS);
  return pieces.length > 1 ? [core, ...pieces] : pieces;
}
