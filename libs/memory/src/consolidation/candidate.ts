import { topicsOf } from '../text/text-analyzer.js';
import { scalarField, searchedText } from '../text/searched-text.js';
import type { Memory } from '../model/memory.js';
import type { PayloadFields } from '../model/payload-fields.js';
import type { Clusterable } from './clusters.js';
import type { Source } from './consolidated-memory.js';

/** A memory that may become part of another, without its payload: a thousand of them are held at once. */
export interface Candidate extends Clusterable, Source {
  readonly id: number;
}

/** Characters of a text that are compared, and terms of them. */
const COMPARED_CHARACTERS = 8_000;
const COMPARED_TERMS = 64;
/** Characters of a text that are quoted. */
const QUOTED_CHARACTERS = 300;

export function toCandidate(memory: Memory, into: string | undefined, fields: PayloadFields): Candidate {
  const { id, key, coordinate, version, payload, importance, createdAt, expiresAt } = memory;
  const text = searchedText(payload, fields.text);
  const quote = beginningOf(text, QUOTED_CHARACTERS);
  const createdAtMs = createdAt.getTime();
  return {
    id,
    key,
    coordinate,
    version,
    into,
    createdAtMs,
    session: scalarField(payload, fields.session),
    terms: mainTerms(beginningOf(text, COMPARED_CHARACTERS)),
    timestamp: payload['timestamp'] ?? createdAtMs / 1000,
    quote,
    isCut: quote.length < text.length,
    importance,
    expiresAtMs: expiresAt?.getTime() ?? null,
  };
}

/** The order in which memories were created. */
export function byCreation(one: Candidate, other: Candidate): number {
  return one.createdAtMs - other.createdAtMs || one.id - other.id;
}

/** The most frequent terms, and of those as frequent the first ones. */
function mainTerms(text: string): ReadonlyMap<string, number> {
  const terms = topicsOf(text);
  if (terms.size <= COMPARED_TERMS) return terms;
  return new Map([...terms].sort(([, a], [, b]) => b - a).slice(0, COMPARED_TERMS));
}

/** Cuts between two characters. */
function beginningOf(text: string, length: number): string {
  const cut = text.slice(0, length);
  return cut.length < text.length && !cut.isWellFormed() ? cut.slice(0, -1) : cut;
}
