import { spansNear, writtenDates, type WrittenDate } from './calendar-dates.js';
import { fitOfTime, spanOfDate, type TimeSpan } from './time-span.js';

const DAY_MS = 86_400_000;
const UNIT_DAYS = { day: 1, week: 7, month: 30, year: 365 } as const;

/** The times a query names: written dates, and spans relative to the time of the query. */
export interface QueryDates {
  readonly written: readonly WrittenDate[];
  readonly relative: readonly TimeSpan[];
}

/**
 * Parses the dates a query names: `3 May 2021`, `May 3rd`, `in May`, `2021`, `2021-05-03`, `yesterday`, `2 weeks ago`.
 * UTC.
 */
export function queryDates(query: string, now: Date): QueryDates {
  return { written: writtenDates(query), relative: relativeSpans(query, now) };
}

/** True when the query names at least one time. */
export function namesDate({ written, relative }: QueryDates): boolean {
  return written.length + relative.length > 0;
}

/** Returns how well a moment fits the best of the named dates, 0..1; 0 when none is named. */
export function dateFit(dates: QueryDates, timeMs: number, fadingDays: number): number {
  let best = 0;
  for (const span of dates.relative) best = Math.max(best, fitOfTime(span, timeMs, fadingDays));
  for (const written of dates.written) {
    for (const span of spansNear(written, timeMs)) best = Math.max(best, fitOfTime(span, timeMs, fadingDays));
  }
  return best;
}

function relativeSpans(query: string, now: Date): TimeSpan[] {
  const text = query.slice(0, 2000).toLowerCase().replace(/\s+/g, ' ');
  const days = daysAround(now);
  const spans: (TimeSpan | undefined)[] = [];
  if (/\b(?:today|tonight|this morning)\b/.test(text)) spans.push(days(0, 1));
  if (/\b(?:yesterday|last night)\b/.test(text)) spans.push(days(-1, 1));
  for (const [, which, unit] of text.matchAll(/\b(this|last) (week|month|year)\b/g)) {
    spans.push(periodOf(now, unit, which === 'last' ? -1 : 0));
  }
  for (const [, count, unit] of text.matchAll(/\b(\d{1,3}|a|an|one|two|three) (day|week|month|year)s? ago\b/g)) {
    if (isUnit(unit)) spans.push(days(-countOf(count) * UNIT_DAYS[unit], UNIT_DAYS[unit]));
  }
  return spans.filter((span) => span !== undefined);
}

/** Spans of whole days, counted from the day of `now`. */
function daysAround(now: Date) {
  const today = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate());
  return (from: number, count: number): TimeSpan => ({
    fromMs: today + from * DAY_MS,
    toMs: today + (from + count) * DAY_MS,
  });
}

/** Returns the calendar week (from Monday), month or year at `offset` from the one of `now`. */
function periodOf(now: Date, unit: string | undefined, offset: number): TimeSpan | undefined {
  if (unit === 'week') return daysAround(now)(offset * 7 - ((now.getUTCDay() + 6) % 7), 7);
  if (unit === 'year') return spanOfDate({ year: now.getUTCFullYear() + offset });
  const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset, 1));
  return spanOfDate({ year: month.getUTCFullYear(), month: month.getUTCMonth() });
}

function isUnit(unit: string | undefined): unit is keyof typeof UNIT_DAYS {
  return unit !== undefined && Object.hasOwn(UNIT_DAYS, unit);
}

function countOf(count: string | undefined): number {
  const words: Record<string, number> = { a: 1, an: 1, one: 1, two: 2, three: 3 };
  return words[count ?? ''] ?? Number(count);
}
