import { scalarField } from '../../../text/searched-text.js';
import { topicsOf } from '../../../text/text-analyzer.js';
import { analyzeQuery } from '../../../text/query-analysis.js';
import type { RankingOptions } from '../../contract/ranking-options.js';
import type { CandidateContent } from '../../../index-model/index-point.js';
import { AskerCalendar } from '../../dates/asker-calendar.js';
import { memoryMoment } from '../../dates/memory-time.js';
import { dateFit, namesDate, queryDates } from '../../dates/query-dates.js';
import type { Measure, RankingInput } from './measure.js';

/** Scores source and date, if the query names one. */
export function queryMeasure(
  { request, fields, now }: RankingInput,
  { weights, dateFadingDays }: RankingOptions,
): Measure {
  const terms = new Set(analyzeQuery(request.query).terms);
  const calendar = new AskerCalendar(request.timeZone);
  const dates = queryDates(request.query, new Date(calendar.fieldsAt((request.askedAt ?? now).getTime())));
  const isDated = namesDate(dates);
  const fit = (content: CandidateContent) => {
    const { timeMs, isDay } = memoryMoment(content, fields.time);
    return dateFit(dates, isDay ? timeMs : calendar.fieldsAt(timeMs), dateFadingDays);
  };
  const shares = new Map<string, number>();
  return (content, score) => {
    const source = scalarField(content.payload, fields.source);
    if (source !== null && !shares.has(source)) shares.set(source, shareNamed(source, terms));
    score.add('source', shares.get(source ?? '') ?? 0, weights.source);
    score.add('date', isDated ? fit(content) : 0, weights.date);
  };
}

/** Returns the share of the words of a source that occur in the query. */
function shareNamed(source: string, queryTerms: ReadonlySet<string>): number {
  const terms = [...topicsOf(source).keys()];
  return terms.length === 0 ? 0 : terms.filter((term) => queryTerms.has(term)).length / terms.length;
}
