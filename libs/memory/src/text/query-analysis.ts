import { LRUCache } from 'lru-cache';
import { queryFocus } from './query-focus.js';
import { FormReader, LANGUAGES_OF_QUERY } from './words/analysis.js';
import { EXACT, exactWeight, FAINT, LEVEL_WEIGHTS } from './words/term-levels.js';
import type { WordForms } from './words/word-forms.js';

/** The terms of a query, and what each counts. */
export interface QueryAnalysis {
  /** Distinct, in order. */
  readonly terms: readonly string[];
  /** By term, above 0; a score adds up the parts of the terms times these. */
  readonly weights: ReadonlyMap<string, number>;
}

/** What a word of a long query counts that stands neither at its end nor in a question; less the more often it stands there. */
const REST_WEIGHT = 0.2;
/** Terms of that kind that are looked for: the rarest in the query. */
const MAX_REST_TERMS = 256;
/** Characters of the rest that are read: its end, and some of its beginning. */
const REST_END = 96 * 1024;
const REST_BEGINNING = 16 * 1024;

/** One recall asks several times for the same. */
const known = new LRUCache<string, QueryAnalysis>({
  maxSize: 1_000_000,
  max: 200,
  sizeCalculation: (_, text) => text.length + 1,
});

/**
 * Returns the terms of a query with their weights. Of a long one its end and its questions decide; the rest of it counts
 * by its rarest words. The work is bounded, however long the query is.
 */
export function analyzeQuery(text: string): QueryAnalysis {
  const found = known.get(text);
  if (found) return found;
  const weights = new Map<string, number>();
  const { focus, rest } = queryFocus(text);
  const focused = [...new FormReader(LANGUAGES_OF_QUERY).read(focus)];
  const words = focused.reduce((sum, { length }) => sum + length, 0);
  focused.forEach((forms, index) => addForms(weights, forms, { exact: exactWeight(words), isFirst: index === 0 }));
  if (rest !== '') addRest(weights, rest);
  const analysis = { terms: [...weights.keys()], weights };
  known.set(text, analysis);
  return analysis;
}

interface QueryWord {
  /** What it counts as it stands. */
  readonly exact: number;
  readonly isFirst: boolean;
}

function addForms(weights: Map<string, number>, forms: WordForms, word: QueryWord): void {
  const { exact, spellings, near, nearWeight, faint, isStop, isCompound } = forms;
  const isName = isStop && forms.isCapital && !word.isFirst && exact[0] !== 'i';
  const add = (term: string, weight: number) => weights.set(term, Math.max(weight, weights.get(term) ?? 0));
  for (const form of exact) add(EXACT + form, isName ? 1 : isStop ? LEVEL_WEIGHTS.stop : word.exact);
  for (const form of spellings) add(EXACT + form, LEVEL_WEIGHTS.spelling * word.exact);
  const others = nearWeight === 1 ? LEVEL_WEIGHTS.nextNear : nearWeight;
  near.forEach((form, index) => add(form, LEVEL_WEIGHTS.near * (index === 0 ? nearWeight : others)));
  // What stands beside the text is known by its relatives: the whole of a token as well as its parts.
  if (isCompound) for (const form of exact) add(form, LEVEL_WEIGHTS.near);
  for (const form of faint) add(FAINT + form, LEVEL_WEIGHTS.faint);
}

function addRest(weights: Map<string, number>, rest: string): void {
  const counts = new Map<string, number>();
  const read =
    rest.length <= REST_END + REST_BEGINNING ? rest : `${rest.slice(0, REST_BEGINNING)}\n${rest.slice(-REST_END)}`;
  for (const { exact, near, isStop } of new FormReader(LANGUAGES_OF_QUERY).read(read.toWellFormed())) {
    if (isStop) continue;
    const [word] = exact;
    if (word !== undefined) counts.set(EXACT + word, (counts.get(EXACT + word) ?? 0) + 1);
    for (const form of near) counts.set(form, (counts.get(form) ?? 0) + 1);
  }
  const rarest = [...counts].sort(([, a], [, b]) => a - b).slice(0, MAX_REST_TERMS);
  // What the rest repeats over and over, the end does not ask for.
  for (const [term, weight] of weights) {
    const count = counts.get(term);
    if (count !== undefined) weights.set(term, weight / (1 + Math.log2(count)));
  }
  for (const [term, count] of rarest) if (!weights.has(term)) weights.set(term, REST_WEIGHT / count);
}
