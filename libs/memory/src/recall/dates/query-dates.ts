import { spansNear, writtenDates, type WrittenDate } from './calendar-dates.js';
import { dateText } from './date-text.js';
import { englishSpans } from './english-spans.js';
import { Periods } from './periods.js';
import { spokenSpans } from './spoken-spans.js';
import { fitOfTime, type TimeSpan } from './time-span.js';

/** The times a query names: written dates, and spans relative to the time of the query. */
export interface QueryDates {
  readonly written: readonly WrittenDate[];
  readonly relative: readonly TimeSpan[];
}

/**
 * Parses the times a query names, longest expressions first: `3 May 2021`, `in May`, `in 2021`, `2021-05-03`, `the day
 * before yesterday`, `last Thursday`, `two summers ago`, `around Christmas 2024`, and what other languages say for them.
 *
 * @param now the moment of the query, as its fields in UTC say it in the calendar of who asks
 */
export function queryDates(query: string, now: Date): QueryDates {
  const periods = new Periods(now);
  const english = englishSpans(dateText(query), periods);
  const written = writtenDates(english.rest);
  const spoken = spokenSpans(english.rest, periods);
  return { written, relative: [...english.spans, ...spoken.spans] };
}

/** True when the query names at least one time. */
export function namesDate({ written, relative }: QueryDates): boolean {
  return written.length + relative.length > 0;
}

/**
 * Returns how well a moment fits the best of the named dates, 0..1; 0 when none is named.
 *
 * @param timeMs as its fields in UTC say it in the calendar of who asks
 */
export function dateFit(dates: QueryDates, timeMs: number, fadingDays: number): number {
  let best = 0;
  for (const span of dates.relative) best = Math.max(best, fitOfTime(span, timeMs, fadingDays));
  for (const written of dates.written) {
    for (const span of spansNear(written, timeMs)) best = Math.max(best, fitOfTime(span, timeMs, fadingDays));
  }
  return best;
}
