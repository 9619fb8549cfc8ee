import { COUNT, countOf } from './counted-words.js';
import { takeOut, type Parts } from './date-text.js';
import { daysOf, seasonOf, type Periods, type Season, type Unit } from './periods.js';
import type { TimeSpan } from './time-span.js';

const UNITS: readonly Unit[] = ['day', 'week', 'fortnight', 'month', 'quarter', 'year', 'decade'];
const SEASON_NAMES: readonly Season[] = ['spring', 'summer', 'autumn', 'fall', 'winter'];
const UNIT = `(${UNITS.join('|')})s?`;
const SEASON = `(${SEASON_NAMES.join('|')})s?`;
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const WEEKDAY = `(${WEEKDAYS.join('|')})`;
const PAST = '(?:last|past|previous)';
const AGO = '(?:ago|back)\\b';
const YEAR = '((?:19|20)\\d\\d)\\b';
const PART_OF_DAY = '(?:morning|afternoon|evening|night)';

/** Days of a year that have a name: month from 0, first and last day, and both when it is only roughly then. */
const FEASTS: Readonly<
  Record<string, readonly [month: number, days: readonly [number, number], around: readonly [number, number]]>
> = {
  'christmas eve': [11, [24, 24], [23, 25]],
  christmas: [11, [24, 26], [18, 32]],
  xmas: [11, [24, 26], [18, 32]],
  "new year's eve": [11, [31, 31], [30, 32]],
  "new year's": [11, [31, 32], [30, 34]],
  "valentine's": [1, [14, 14], [11, 17]],
  halloween: [9, [31, 31], [28, 33]],
};
const FEAST = `(${Object.keys(FEASTS).join('|')})(?: day)?`;

type Read = (periods: Periods, parts: Parts) => readonly (TimeSpan | undefined)[];

/** Longer expressions come before those that are a part of them: what one has taken, no other reads. */
const EXPRESSIONS: readonly (readonly [RegExp, Read])[] = [
  [of(`(?:the )?day before yesterday`), (periods) => [periods.days(-2)]],
  [of(`(?:the )?(?:night|evening) before last`), (periods) => [periods.days(-2)]],
  [of(`(?:the )?day after tomorrow`), (periods) => [periods.days(2)]],
  [of(`(?:the )?${UNIT} before last`), (periods, [unit]) => [periods.calendar(unitOf(unit), -2)]],
  [of(`${WEEKDAY} before last`), (periods, [day]) => [back(periods.weekday(WEEKDAYS.indexOf(day ?? '')), 7)]],
  [of(`(?:last night|yesterday(?: ${PART_OF_DAY})?)`), (periods) => [periods.days(-1)]],
  [of(`(?:today|tonight|this (?:morning|afternoon|evening))`), (periods) => [periods.days(0)]],
  [of(`tomorrow`), (periods) => [periods.days(1)]],
  [
    of(`half an? (?:a )?(year|month) ${AGO}`),
    (periods, [unit]) => [unit === 'year' ? periods.ago(6, 'month') : periods.ago(2, 'week')],
  ],
  [of(`${COUNT} weekends? ${AGO}`), (periods, [count]) => [periods.calendar('weekend', -countOf(count))]],
  [of(`${COUNT} nights? ${AGO}`), (periods, [count]) => [periods.days(-countOf(count))]],
  [
    of(`${COUNT} ${SEASON} ${AGO}`),
    (periods, [count, season]) => periods.seasonsAgo(seasonNamed(season), countOf(count)),
  ],
  [
    of(`${COUNT} ${WEEKDAY}s? ${AGO}`),
    (periods, [count, day]) => [back(periods.weekday(WEEKDAYS.indexOf(day ?? '')), (countOf(count) - 1) * 7)],
  ],
  [of(`${COUNT} ${FEAST}(?:es)? ${AGO}`), (periods, [count, feast]) => [periods.lastOf(inYear(feast), countOf(count))]],
  [of(`${COUNT} ${UNIT} ${AGO}`), (periods, [count, unit]) => [periods.ago(countOf(count), unitOf(unit))]],
  [of(`(?:the )?${PAST} ${COUNT} ${UNIT}`), (periods, [count, unit]) => [periods.past(countOf(count), unitOf(unit))]],
  [
    of(`(around|about|near|circa)? ?(?:the )?${FEAST}(?: of| in)?,? ${YEAR}`),
    (_periods, [around, feast, year]) => [inYear(feast, around)(Number(year))],
  ],
  [of(`(?:${PAST}) ${FEAST}`), (periods, [feast]) => [periods.lastOf(inYear(feast))]],
  [
    of(`(?:in |during |since )?(?:the )?${SEASON}(?: of| in)?,? ${YEAR}`),
    (_periods, [season, year]) => [seasonOf(seasonNamed(season), Number(year))],
  ],
  [of(`${PAST} ${SEASON}`), (periods, [season]) => periods.seasonsAgo(seasonNamed(season), 1)],
  [of(`this ${SEASON}`), (periods, [season]) => [periods.lastOf((year) => seasonOf(seasonNamed(season), year))]],
  [
    of(`(this|${PAST}|next) (week|weekend|month|quarter|year)(?! of [\\p{L}])`),
    (periods, [which, unit]) => [periods.calendar(unit === 'weekend' ? unit : unitOf(unit), offsetOf(which))],
  ],
  [
    of(`(this|on|${PAST}|next) ${WEEKDAY}\\b`),
    (periods, [which, day]) => [periods.weekday(WEEKDAYS.indexOf(day ?? ''), which === 'on' ? 0 : offsetOf(which))],
  ],
  [of(`${WEEKDAY} ${PART_OF_DAY}`), (periods, [day]) => [periods.weekday(WEEKDAYS.indexOf(day ?? ''), 0)]],
];

/**
 * Reads the English expressions of a text that are relative to now, or name a season or a feast.
 *
 * @returns their spans, and the text without them
 */
export function englishSpans(
  text: string,
  periods: Periods,
): { readonly spans: readonly TimeSpan[]; readonly rest: string } {
  const spans: TimeSpan[] = [];
  let rest = text;
  for (const [pattern, read] of EXPRESSIONS) {
    rest = takeOut(rest, pattern, (parts) => {
      const found = read(periods, parts).filter((span) => span !== undefined && Number.isFinite(span.fromMs));
      spans.push(...found.filter((span) => span !== undefined));
      return found.length > 0;
    });
  }
  return { spans, rest };
}

function of(pattern: string): RegExp {
  return new RegExp(`\\b${pattern}(?![\\p{L}\\p{N}])`, 'gu');
}

function inYear(feast: string | undefined, around?: string) {
  return (year: number): TimeSpan | undefined => {
    const days = FEASTS[feast ?? ''];
    return days && daysOf(year, days[0], around === undefined ? days[1] : days[2]);
  };
}

function back({ fromMs, toMs }: TimeSpan, days: number): TimeSpan {
  const ms = days * 86_400_000;
  return { fromMs: fromMs - ms, toMs: toMs - ms };
}

function unitOf(name: string | undefined): Unit {
  return UNITS.find((unit) => unit === name) ?? 'day';
}

function seasonNamed(name: string | undefined): Season {
  return SEASON_NAMES.find((season) => season === name) ?? 'summer';
}

function offsetOf(which: string | undefined): number {
  return which === 'this' ? 0 : which === 'next' ? 1 : -1;
}
