import type { CandidateContent } from '../../../index-model/index-point.js';
import type { RankingOptions } from '../../contract/ranking-options.js';
import { memoryTime } from '../../dates/memory-time.js';
import type { Measure, RankingInput } from './measure.js';
import { keywordMatches, sharedContext } from './payload-matches.js';
import { recency } from './recency.js';

/** Scores the options that the request has in addition to the query. */
export function requestMeasure({ request, fields, now, norm }: RankingInput, { weights }: RankingOptions): Measure {
  const { recency: recent, importance, keywords, context } = request;
  return (content, score) => {
    if (recent) {
      score.add(
        'recency',
        recency(memoryTime(content, fields.time), (request.askedAt ?? now).getTime(), recent.halfLifeDays),
        recent.weight,
      );
    }
    if (importance) score.add('importance', importanceOf(content, norm), importance.weight);
    if (keywords) score.add('keywords', keywordMatches(keywords, content.payload), keywords.boost);
    if (context) score.add('context', sharedContext(context, content.payload), weights.context);
  };
}

/** 0 for a memory whose importance nobody gave. */
function importanceOf({ importance, importanceNorm }: CandidateContent, norm: RankingInput['norm']): number {
  if (importance === null) return 0;
  return norm ? norm(importance) : importanceNorm;
}
