import type { PayloadFields } from '../../model/payload-fields.js';
import { scalarField, searchedText } from '../../text/searched-text.js';
import { analyzeQuery, analyzeText } from '../../text/text-analyzer.js';
import { asks, endsAsking } from './asking.js';
import type { SessionNeighbour } from '../../index-model/lexical-index.port.js';
import { neighbourSignals, sessionSignals } from './context-signals.js';
import { ExplainedScore } from './explanation.js';
import type { CandidateContent, LaneCandidate } from '../../index-model/index-point.js';
import { lexicalSignals, vectorSignals } from './lane-signals.js';
import { memoryTime } from '../dates/memory-time.js';
import { keywordMatches, sharedContext } from './payload-matches.js';
import { dateFit, namesDate, queryDates } from '../dates/query-dates.js';
import type { RankingOptions } from '../contract/ranking-options.js';
import type { LaneExplanation, RecallRequest, ScoreContribution } from '../contract/recall.types.js';
import { recency } from './recency.js';

/** Everything the order of hits depends on. */
export interface RankingInput {
  readonly request: RecallRequest;
  readonly lexical: readonly LaneCandidate[];
  readonly vector: readonly LaneCandidate[];
  readonly neighbours: readonly SessionNeighbour[];
  /** Candidates and neighbours that match the filter. */
  readonly contents: readonly CandidateContent[];
  readonly fields: PayloadFields;
  readonly now: Date;
}

export interface ScoredCandidate {
  readonly content: CandidateContent;
  readonly score: number;
  readonly lanes: readonly LaneExplanation[];
  readonly contributions: readonly ScoreContribution[];
}

/** Adds one group of signals of a candidate to its score. */
type Measure = (content: CandidateContent, score: ExplainedScore) => void;

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

/** What the session of a memory tells; nothing for one without a session. */
function sessionMeasure(input: RankingInput, { weights, neighbourFading, sessionMatches }: RankingOptions): Measure {
  const { neighbours, contents, fields } = input;
  const lexical = lexicalSignals(input.lexical);
  const sessionByKey = new Map(contents.map(({ key, payload }) => [key, scalarField(payload, fields.session)]));
  const sessionOf = (key: string) => sessionByKey.get(key) ?? null;
  const texts = new Map(
    contents.map(({ key, payload }) => [key, sessionOf(key) && searchedText(payload, fields.text)]),
  );
  const textOf = (key: string) => texts.get(key) ?? '';
  const nearby = neighbourSignals({ neighbours, lexical, asks: (key) => asks(textOf(key)), fading: neighbourFading });
  const sessions = sessionSignals(lexical, sessionOf, sessionMatches);
  return ({ key }, score) => {
    const session = sessionOf(key);
    if (session === null) return;
    const signals = nearby.get(key);
    score.add('before', signals?.before ?? 0, weights.before);
    score.add('after', signals?.after ?? 0, weights.after);
    score.add('answer', signals?.answer ?? 0, weights.answer);
    score.add('session', sessions.get(session) ?? 0, weights.session);
    score.add('asking', endsAsking(textOf(key)) ? 1 : 0, weights.asking);
  };
}

/** Who and when, where the query names a source or a date. */
function queryMeasure({ request, fields, now }: RankingInput, { weights, dateFadingDays }: RankingOptions): Measure {
  const terms = new Set(analyzeQuery(request.query).terms);
  const dates = queryDates(request.query, now);
  const shares = new Map<string, number>();
  return ({ payload, createdAtMs }, score) => {
    const source = scalarField(payload, fields.source);
    if (source !== null && !shares.has(source)) shares.set(source, shareNamed(source, terms));
    const timeMs = namesDate(dates) ? memoryTime({ payload, createdAtMs }, fields.time) : 0;
    score.add('source', shares.get(source ?? '') ?? 0, weights.source);
    score.add('date', dateFit(dates, timeMs, dateFadingDays), weights.date);
  };
}

/** Share of the words of a source that the query has. */
function shareNamed(source: string, queryTerms: ReadonlySet<string>): number {
  const terms = [...analyzeText(source).terms.keys()];
  return terms.length === 0 ? 0 : terms.filter((term) => queryTerms.has(term)).length / terms.length;
}

/** What the request asks for beside the query. */
function requestMeasure({ request, fields, now }: RankingInput, { weights }: RankingOptions): Measure {
  const { recency: recent, importance, keywords, context } = request;
  return (content, score) => {
    if (recent) {
      score.add(
        'recency',
        recency(memoryTime(content, fields.time), now.getTime(), recent.halfLifeDays),
        recent.weight,
      );
    }
    if (importance) score.add('importance', content.importanceNorm, importance.weight);
    if (keywords) score.add('keywords', keywordMatches(keywords, content.payload), keywords.boost);
    if (context) score.add('context', sharedContext(context, content.payload), weights.context);
  };
}
