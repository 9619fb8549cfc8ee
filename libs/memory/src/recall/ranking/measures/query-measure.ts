import { scalarField } from '../../../text/searched-text.js';
import { topicsOf } from '../../../text/text-analyzer.js';
import { analyzeQuery } from '../../../text/query-analysis.js';
import type { RankingOptions } from '../../contract/ranking-options.js';
import { memoryTime } from '../../dates/memory-time.js';
import { dateFit, namesDate, queryDates } from '../../dates/query-dates.js';
import type { Measure, RankingInput } from './measure.js';

/** Scores source and date, if the query names one. */
export function queryMeasure(
  { request, fields, now }: RankingInput,
  { weights, dateFadingDays }: RankingOptions,
): Measure {
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

/** Returns the share of the words of a source that occur in the query. */
function shareNamed(source: string, queryTerms: ReadonlySet<string>): number {
  const terms = [...topicsOf(source).keys()];
  return terms.length === 0 ? 0 : terms.filter((term) => queryTerms.has(term)).length / terms.length;
}
