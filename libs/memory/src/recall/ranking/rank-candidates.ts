import type { CandidateContent } from '../../index-model/index-point.js';
import type { RankingOptions } from '../contract/ranking-options.js';
import type { LaneExplanation, ScoreContribution } from '../contract/explanation.js';
import type { RecallRequest } from '../contract/recall.types.js';
import { memoryTime } from '../dates/memory-time.js';
import { fuse } from './fusion.js';
import { evidenceOf } from '../evidence/evidence.js';
import { ExplainedScore } from './measures/explained-score.js';
import type { RankingInput } from './measures/measure.js';
import { newerMeasure } from './measures/newer-measure.js';
import { orderMeasure } from './measures/order-measure.js';
import { queryMeasure } from './measures/query-measure.js';
import { requestMeasure } from './measures/request-measure.js';
import { sessionMeasure } from './measures/session-measure.js';
import { whenMeasure } from './measures/when-measure.js';

export interface ScoredCandidate {
  readonly content: CandidateContent;
  readonly score: number;
  readonly lanes: readonly LaneExplanation[];
  readonly contributions: readonly ScoreContribution[];
}

/**
 * Scores every candidate of the input as a sum of weighted signals and sorts them, best first; of equals the newer one.
 * Neighbours of matches are candidates too. With a lane's name as `mode`, the lanes' part is that lane's signal alone,
 * with weight 1; recency, importance, keywords and context count whenever the request asks for them.
 */
export function rankCandidates(input: RankingInput, options: RankingOptions): readonly ScoredCandidate[] {
  const measures = [requestMeasure(input, options)];
  const evidence = isHybrid(input.request) ? evidenceOf(input.proposals, options.weights) : undefined;
  if (evidence)
    measures.push(
      sessionMeasure(input, options, evidence),
      queryMeasure(input, options),
      whenMeasure(input, options),
      newerMeasure(input, options),
    );
  // The order of words is what the lane of words cannot tell.
  if (input.request.mode !== 'vector') measures.push(orderMeasure(input, options));
  const fused = fuse(input.proposals, evidence?.weightOf ?? (() => 1));
  return input.contents
    .map((content) => {
      const said = fused.get(content.key) ?? [];
      const score = new ExplainedScore();
      for (const { lane, value, weight } of said) score.add(lane, value, weight);
      for (const measure of measures) measure(content, score);
      const lanes = said.map(({ value: _value, weight: _weight, ...place }) => place);
      return { content, score: score.total, lanes, contributions: score.contributions };
    })
    .sort(bestFirst(input.fields.time));
}

/** Compares hits by score; of equals the newer one comes first, see `memoryTime`, and then the one created first. */
export function bestFirst(timeFields: readonly string[]) {
  return (a: ScoredCandidate, b: ScoredCandidate): number =>
    b.score - a.score ||
    memoryTime(b.content, timeFields) - memoryTime(a.content, timeFields) ||
    a.content.id - b.content.id;
}

function isHybrid({ mode = 'hybrid' }: RecallRequest): boolean {
  return mode === 'hybrid';
}
