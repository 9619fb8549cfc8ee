import type { LaneCandidate } from '../../index-model/index-point.js';

/** By key: BM25 as a share of the best match. It has no scale of its own; this makes different queries alike. */
export function lexicalSignals(lexical: readonly LaneCandidate[]): Map<string, number> {
  const best = lexical.reduce((highest, { score }) => Math.max(highest, score), 0);
  return new Map(best > 0 ? lexical.map(({ key, score }) => [key, score / best]) : []);
}

/** By key: the cosine, 0 where it is negative. */
export function vectorSignals(vector: readonly LaneCandidate[]): Map<string, number> {
  return new Map(vector.map(({ key, score }) => [key, Math.max(0, score)]));
}
