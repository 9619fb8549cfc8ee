import type { CandidateContent } from '../../index-model/index-point.js';
import type { RankingOptions } from '../contract/ranking-options.js';
import type { LaneExplanation, RecallRequest, ScoreContribution } from '../contract/recall.types.js';
import { lexicalSignals, vectorSignals } from '../lanes/lane-signals.js';
import { ExplainedScore } from './measures/explained-score.js';
import type { Measure, RankingInput } from './measures/measure.js';
import { queryMeasure } from './measures/query-measure.js';
import { requestMeasure } from './measures/request-measure.js';
import { sessionMeasure } from './measures/session-measure.js';

export interface ScoredCandidate {
  readonly content: CandidateContent;
  readonly score: number;
  readonly lanes: readonly LaneExplanation[];
  readonly contributions: readonly ScoreContribution[];
}

/**
 * Scores every candidate of the input as a sum of weighted signals and orders them, best first; ties by `Memory.id`.
 * A neighbour of a lexical match is a candidate like any other. With `mode` `lexical` or `vector` that lane's signal
 * alone decides, with weight 1; recency, importance, keywords and context count wherever the request asks for them.
 */
export function rankCandidates(input: RankingInput, options: RankingOptions): readonly ScoredCandidate[] {
  const measures = [laneMeasure(input, options), requestMeasure(input, options)];
  if (isHybrid(input.request)) measures.push(sessionMeasure(input, options), queryMeasure(input, options));
  const lanes = laneExplanations(input);
  return input.contents
    .map((content) => {
      const score = new ExplainedScore();
      for (const measure of measures) measure(content, score);
      const { total, contributions } = score;
      return { content, score: total, lanes: lanes.get(content.key) ?? [], contributions };
    })
    .sort(bestFirst);
}

/** The order of hits: by score, ties by `Memory.id`. */
export function bestFirst(a: ScoredCandidate, b: ScoredCandidate): number {
  return b.score - a.score || a.content.id - b.content.id;
}

function isHybrid({ mode = 'hybrid' }: RecallRequest): boolean {
  return mode === 'hybrid';
}

function laneMeasure({ request, lexical, vector }: RankingInput, { weights }: RankingOptions): Measure {
  const lexicalByKey = lexicalSignals(lexical);
  const vectorByKey = vectorSignals(vector);
  const weightOf = (weight: number) => (isHybrid(request) ? weight : 1);
  return ({ key }, score) => {
    score.add('lexical', lexicalByKey.get(key) ?? 0, weightOf(weights.lexical));
    score.add('vector', vectorByKey.get(key) ?? 0, weightOf(weights.vector));
  };
}

function laneExplanations({ lexical, vector }: RankingInput): Map<string, LaneExplanation[]> {
  const lanes = new Map<string, LaneExplanation[]>();
  for (const [lane, candidates] of [
    ['lexical', lexical],
    ['vector', vector],
  ] as const) {
    candidates.forEach(({ key, score }, index) => {
      lanes.set(key, [...(lanes.get(key) ?? []), { lane, rank: index + 1, signal: score }]);
    });
  }
  return lanes;
}
