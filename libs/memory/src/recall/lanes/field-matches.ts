import { DEFAULT_BM25, inverseDocumentFrequency, termScore } from '../../index-model/bm25.js';
import type { LaneCandidate } from '../../index-model/index-point.js';
import { analyzeQuery } from '../../text/query-analysis.js';
import { fieldText } from '../../text/scalars.js';
import { analyzeInTurns } from '../../text/text-analyzer.js';
import type { TermVector } from '../../text/term-vector.js';
import type { Search } from './lane.js';

/** So many times as many are looked at, because words may stand in other fields. */
const WIDER = 4;

interface FieldSearch {
  readonly search: Search;
  readonly fields: readonly string[];
  /** The lane to name where it ends too early. */
  readonly lane: string;
  /** Asks the index for the best so many, whichever fields their words stand in. */
  readonly ask: (limit: number) => Promise<readonly LaneCandidate[]>;
}

/**
 * Returns the best matches in some fields alone. The index knows words and not where they stand, so what it finds is
 * scored anew by what these fields hold, with the statistics of what was found.
 */
export async function matchesInFields(asked: FieldSearch, limit: number): Promise<readonly LaneCandidate[]> {
  const { search, fields, lane, ask } = asked;
  const found = await ask(WIDER * limit);
  const contents = await search.contentsOf(found.map(({ key }) => key));
  const texts: { key: string; id: number; text: TermVector }[] = [];
  for (const { key, id, payload } of contents) {
    texts.push({ key, id, text: await analyzeInTurns(fieldText(payload, fields)) });
  }
  const { terms, weights } = analyzeQuery(search.request.query);
  const averageLength = texts.reduce((sum, { text }) => sum + text.length, 0) / Math.max(1, texts.length);
  const idfs = terms.map((term) => {
    const holders = texts.filter(({ text }) => text.terms.has(term)).length;
    return { term, idf: (weights.get(term) ?? 1) * inverseDocumentFrequency(texts.length, holders) };
  });
  const scored = texts.map(({ key, id, text }) => {
    let score = 0;
    for (const { term, idf } of idfs) {
      const count = text.terms.get(term) ?? 0;
      if (count > 0) score += termScore(idf, count, text.length, Math.max(1, averageLength), DEFAULT_BM25);
    }
    return { key, id, score };
  });
  const matching = scored.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score || a.id - b.id);
  if (matching.length < limit && found.length >= WIDER * limit) search.cutShort.add(lane);
  return matching.slice(0, limit).map(({ key, score }) => ({ key, score }));
}
