import { compoundForms, hasSeams } from './compound-forms.js';
import { emojiForms } from './emoji-forms.js';
import { foldedWord, spelledOut } from './folded-word.js';
import { joinedByApostrophe } from './joined-by-apostrophe.js';
import { isParticle } from './korean-particles.js';
import type { Language } from './languages.js';
import type { Segment } from './segments.js';
import { stemsOf } from './stems.js';
import { STOP_WORDS } from './stop-words.js';
import { unspacedRun } from './unspaced-words.js';

/** What one segment of a text is found by. */
export interface WordForms {
  /** The word as it stands, folded; several where words are not spaced. */
  readonly exact: readonly string[];
  /** Other spellings of it. */
  readonly spellings: readonly string[];
  /** Its relatives: stems, and the parts of what is more than a word. */
  readonly near: readonly string[];
  /** What each of its relatives counts, 0..1; of a plain word only the first one in full. */
  readonly nearWeight: number;
  /** Parts that are words themselves: in a stored text they count as such. */
  readonly words: readonly string[];
  /** Letters and pairs of letters, which say little each. */
  readonly faint: readonly string[];
  /** Its words in order, for phrases. */
  readonly order: readonly string[];
  /** Words that count for the length of the text: all but those that nearly every text has. */
  readonly length: number;
  /** More than a word: what stands beside the text is found by it, too. */
  readonly isCompound: boolean;
  /** Says little because nearly every text has it. */
  readonly isStop: boolean;
  /** Begins with a capital letter: inside a sentence it is a name then, as in `Doctor Who` and `vitamin A`. */
  readonly isCapital: boolean;
}

/** A part of a name that says something by itself. */
const PART_WORD = /^[\p{L}\p{M}]{3,}$/u;
const MIXED_HANGUL = /^([^\p{Script=Hangul}]+)(\p{Script=Hangul}+)$/u;
const HANGUL_PAIRS_FROM = 2;
const PAIR_WEIGHT = 0.5;
const NO_FORMS: WordForms = {
  exact: [],
  spellings: [],
  near: [],
  nearWeight: 1,
  words: [],
  faint: [],
  order: [],
  length: 0,
  isStop: false,
  isCompound: false,
  isCapital: false,
};

/** Returns the forms of a segment of a normalised text. */
export function wordForms({ kind, text }: Segment, languages: readonly Language[]): WordForms {
  if (kind === 'unspaced') return unspacedForms(text);
  if (kind === 'emoji') {
    const { exact, parts } = emojiForms(text);
    return {
      ...NO_FORMS,
      exact: [exact],
      near: parts,
      nearWeight: share(parts),
      order: [parts[0] ?? exact],
      length: 1,
    };
  }
  if (kind === 'sign') return { ...NO_FORMS, exact: [text], near: [text], order: [text] };
  if (kind === 'numbers') return { ...NO_FORMS, exact: [text.replaceAll(/\D/g, '')], isCompound: true };
  if (kind === 'compound' || hasSeams(text)) return compound(text, languages);
  return plain(text, languages);
}

function plain(text: string, languages: readonly Language[]): WordForms {
  const surface = text.toLowerCase();
  const folded = foldedWord(text);
  // A mark without a letter.
  if (folded === '') return NO_FORMS;
  const mixed = MIXED_HANGUL.exec(folded);
  if (mixed) return beforeHangul(mixed[1] ?? '', mixed[2] ?? '', languages);
  const { exact, parts, order } = folded.includes("'")
    ? joinedByApostrophe(folded)
    : { exact: [folded], parts: [], order: [folded] };
  const [word = ''] = exact;
  if (word === '') return NO_FORMS;
  if (STOP_WORDS.has(word))
    return { ...NO_FORMS, exact: [word], order, isStop: true, isCapital: /^\p{Lu}/u.test(text) };
  const isWhole = word === folded;
  const near = [...stemsOf(isWhole ? surface : word, word, languages), ...parts];
  const accented = isWhole && surface !== folded ? [surface] : [];
  const spelled = spelledOut(surface);
  const others = [...exact.slice(1), ...(spelled === undefined || !isWhole ? [] : [spelled])];
  return {
    ...NO_FORMS,
    exact: [word],
    spellings: others,
    near,
    faint: [...accented, ...pairsOf(word)],
    order,
    length: 1,
  };
}

function compound(text: string, languages: readonly Language[]): WordForms {
  const { exact, parts, order } = compoundForms(text);
  if (exact.length === 0) return NO_FORMS;
  const stems = parts.flatMap((part) => (STOP_WORDS.has(part) ? [part] : stemsOf(part, part, languages)));
  const near = [...new Set(stems)];
  const [whole = '', ...spellings] = exact;
  const words = parts.filter((part) => PART_WORD.test(part) && !STOP_WORDS.has(part));
  return {
    ...NO_FORMS,
    exact: [whole],
    spellings,
    words,
    near,
    nearWeight: share(near),
    order,
    length: order.length,
    isCompound: true,
  };
}

/** A name in other letters with what Korean puts behind it. */
function beforeHangul(name: string, ending: string, languages: readonly Language[]): WordForms {
  const forms = plain(name, languages);
  const rest = isParticle(ending) ? [] : [ending];
  const { spellings, near, order } = forms;
  return { ...forms, spellings: [...spellings, name + ending], near: [...near, ...rest], order: [...order, ...rest] };
}

function unspacedForms(run: string): WordForms {
  const { words, letters, pairs } = unspacedRun(foldedWord(run));
  return {
    ...NO_FORMS,
    exact: words,
    near: pairs,
    nearWeight: PAIR_WEIGHT,
    faint: letters,
    order: letters,
    length: words.length,
  };
}

/** All parts together count as much as one relative. */
function share(parts: readonly string[]): number {
  return 1 / Math.max(1, parts.length);
}

/** Korean writes compounds as one word: pairs of syllables find their parts. */
function pairsOf(word: string): readonly string[] {
  if (word.length < HANGUL_PAIRS_FROM || !/\p{Script=Hangul}/u.test(word)) return [];
  return [...word].slice(1).map((syllable, index) => (word[index] ?? '') + syllable);
}
