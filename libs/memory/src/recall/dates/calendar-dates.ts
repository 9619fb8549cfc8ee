import { anyOf, monthWords, whole } from './calendar-words.js';
import { dateText, takeOut, type Parts } from './date-text.js';
import { spanOfDate, type TimeSpan } from './time-span.js';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH =
  '(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|' +
  'nov(?:ember)?|dec(?:ember)?)\\b\\.?';
const DAY = '(0?[1-9]|[12]\\d|3[01])(?:st|nd|rd|th)?\\b';
const YEAR = '((?:19|20)\\d\\d)\\b';
const NTH = ['first', 'second', 'third', 'fourth'];
/** Days of a month's parts. */
const MONTH_PARTS: readonly (readonly [RegExp, readonly [number, number]])[] = [
  [/^(?:early|beginning|start)/, [1, 10]],
  [/^mid/, [10, 20]],
  [/^(?:late|end)/, [21, 31]],
];
const WEEK_DAYS = 7;

/**
 * A number is a year where a word says so: one before it that leads to a time, or makes it what something is of. What is
 * counted or measured after it says that it is none.
 */
const YEAR_LEAD =
  '(?:in|of|during|since|by|until|till|before|after|from|for|late|early|mid|around|circa|year|spring|summer|autumn|fall|' +
  "winter|; {1,2}(?:to|and|or|until|till|-|–)|the|my|our|your|his|her|their|that|\\w{1,40}'s|en|im|jahre?|seit|vor|bis|depuis|année|an|desde|año|ano|anno|nel|" +
  'dal|em|sinds|sedan|roku|rok|rokem|в|с|году|с|ב|في|عام|năm|tahun|yılı)';
const COUNTED =
  '(?! ?(?:%|[€$£]|(?:m|km|cm|mm|kg|g|mb|gb|tb|kb|ms|px|kcal|hz|usd|eur|euros?|dollars?|pounds?|people|users?|pieces?|steps?|' +
  'words?|times|calories|miles?|met(?:er|re)s?|kilomet(?:er|re)s?|items?|boxes|points?|rows?|lines?|files?)\\b))';
/** The end of a span that began with a year. */
const YEAR_TO = '((?:19|20)\\d\\d) ?(?:-|–|to|and|until|till|bis|à|a|e|y|und|et|по) ?((?:19|20)\\d\\d)\\b';

/** Words that mark a following bare month name as a date, so that "may" and "march" stay verbs elsewhere. */
const LEAD = '(?:in|of|during|since|by|until|till|before|after|early|late|mid|last|this|next|every)';

/** A date as written: the year may be missing. */
export interface WrittenDate {
  readonly year?: number;
  readonly month?: number;
  readonly day?: number;
  readonly lastDay?: number;
}

interface DatePattern {
  readonly pattern: RegExp;
  readonly read: (parts: Parts) => WrittenDate;
}

const LED = `(?<![\\p{L}\\p{N}])${YEAR_LEAD}`;

/** Tried in this order: text matched by a longer form is not matched again by a shorter one. */
const PATTERNS: readonly DatePattern[] = [
  {
    pattern: new RegExp(`\\b(${NTH.join('|')}|last|1st|2nd|3rd|4th) week (?:of|in) ${MONTH},?(?: ${YEAR})?`, 'g'),
    read: ([nth, m, y]) => ({ ...named(m, undefined, y), ...weekOfMonth(nth) }),
  },
  {
    pattern: new RegExp(
      `\\b(early|(?:the )?(?:beginning|start|end|middle) of|mid|late)[ -]${MONTH},?(?: ${YEAR})?(?! ?\\d)`,
      'g',
    ),
    read: ([part = '', m, y]) => ({ ...named(m, undefined, y), ...partOfMonth(part.replace('the ', '')) }),
  },
  {
    pattern: /\b((?:19|20)\d\d)-(\d\d)(?:-(\d\d))?(?!\d)/g,
    read: ([y, m, d]) => ({ year: int(y), month: (int(m) ?? 0) - 1, day: int(d) }),
  },
  { pattern: new RegExp(`\\b${DAY}(?: of)? ${MONTH},?(?: ${YEAR})?`, 'g'), read: ([d, m, y]) => named(m, d, y) },
  { pattern: new RegExp(`\\b${MONTH} ${DAY}(?:,? ${YEAR})?`, 'g'), read: ([m, d, y]) => named(m, d, y) },
  { pattern: new RegExp(`\\b${MONTH},?(?: of)? ${YEAR}`, 'g'), read: ([m, y]) => named(m, undefined, y) },
  { pattern: new RegExp(`\\b${LEAD} ${MONTH}`, 'g'), read: ([m]) => named(m, undefined, undefined) },
  { pattern: new RegExp(`${LED} ${YEAR}${COUNTED}`, 'gu'), read: ([y]) => ({ year: int(y) }) },
  { pattern: /(?<!\d)((?:19|20)\d\d) ?(?:年|년|год[ау]?(?![\p{L}])|г\.)/gu, read: ([y]) => ({ year: int(y) }) },
];
/** Of fields that hold nothing but a time. */
const BARE_YEAR: DatePattern = { pattern: new RegExp(`^ ?${YEAR} ?$`, 'g'), read: ([y]) => ({ year: int(y) }) };

/** Most dates read from a text: one with more is a list, not a question. */
const MAX_DATES = 16;
/** Patterns that come before those of other languages. */
const ENGLISH = PATTERNS.length - 3;
const YEAR_RANGE = new RegExp(`(?<=${LED} |${LED.replace('(?:', '(?:between|')} )${YEAR_TO}`, 'gu');

/** Where a date is looked for. */
export interface DatePlace {
  /** The text is a field for a time: a number alone is a year. @default false */
  readonly isTimeField?: boolean;
}

/** Returns the dates written in a text: ISO 8601, and with names of months in the languages that are read. */
export function writtenDates(text: string, { isTimeField = false }: DatePlace = {}): readonly WrittenDate[] {
  const dates: WrittenDate[] = [];
  let rest = dateText(text);
  const patterns = isTimeField ? [...PATTERNS, BARE_YEAR] : PATTERNS;
  rest = takeOut(rest, YEAR_RANGE, ([from, to]) => dates.push({ year: int(from) }, { year: int(to) }) > 0);
  for (const { pattern, read } of [
    ...patterns.slice(0, ENGLISH),
    ...(foreign ??= foreignPatterns()),
    ...patterns.slice(ENGLISH),
  ]) {
    rest = takeOut(rest, pattern, (parts) => dates.push(read(parts)) > 0);
  }
  return dates.slice(0, MAX_DATES);
}

let foreign: readonly DatePattern[] | undefined;

/** Dates as `3. Mai 2021`, `3 de mayo de 2021`, `május 3.` and `2021年5月3日`. */
function foreignPatterns(): readonly DatePattern[] {
  const words = monthWords();
  const month = `(${anyOf(words.keys())})`;
  const link = "(?: de| del| d'|)";
  const year = `(?:,?${link} ((?:19|20)\\d\\d))`;
  const dated = (day: string | undefined, name = '', written?: string): WrittenDate => ({
    year: int(written),
    month: words.get(name),
    day: int(day),
  });
  return [
    {
      pattern: /(?:((?:19|20)\d\d) ?[年년] ?)?(\d{1,2}) ?[月월] ?(\d{1,2}) ?[日일号]/gu,
      read: ([y, m, d]) => ({ year: int(y), month: (int(m) ?? 0) - 1, day: int(d) }),
    },
    {
      pattern: /((?:19|20)\d\d) ?[年년] ?(\d{1,2}) ?[月월]/gu,
      read: ([y, m]) => ({ year: int(y), month: (int(m) ?? 0) - 1 }),
    },
    {
      pattern: /(?<!\d)(\d{1,2}) tháng (\d{1,2})(?:(?:,| năm)? ((?:19|20)\d\d))?/gu,
      read: ([d, m, y]) => ({ year: int(y), month: (int(m) ?? 0) - 1, day: int(d) }),
    },
    {
      pattern: new RegExp(`(?<!\\d)(\\d{1,2})(?:\\.|º|er)?${link} ?${whole(month)}${year}?`, 'gu'),
      read: ([d, m, y]) => dated(d, m, y),
    },
    { pattern: new RegExp(`${whole(month)} (\\d{1,2})\\.`, 'gu'), read: ([m, d]) => dated(d, m) },
    { pattern: new RegExp(`${whole(month)}${year}`, 'gu'), read: ([m, y]) => dated(undefined, m, y) },
  ];
}

/** Returns the spans of a written date; without a year, those in the reference moment's year and the year before. */
export function spansNear({ year, month, day, lastDay }: WrittenDate, timeMs: number): readonly TimeSpan[] {
  const near = new Date(timeMs).getUTCFullYear();
  const years = year === undefined ? [near, near - 1] : [year];
  return years.map((each) => spanOfDate({ year: each, month, day, lastDay })).filter((span) => span !== undefined);
}

function weekOfMonth(nth = ''): Pick<WrittenDate, 'day' | 'lastDay'> {
  if (nth === 'last') return { day: 25, lastDay: 31 };
  const week = NTH.includes(nth) ? NTH.indexOf(nth) : Number.parseInt(nth, 10) - 1;
  return { day: week * WEEK_DAYS + 1, lastDay: (week + 1) * WEEK_DAYS };
}

function partOfMonth(part: string): Pick<WrittenDate, 'day' | 'lastDay'> {
  const [, days] = MONTH_PARTS.find(([name]) => name.test(part)) ?? [];
  return days ? { day: days[0], lastDay: days[1] } : {};
}

function named(month: string | undefined, day: string | undefined, year: string | undefined): WrittenDate {
  return { year: int(year), month: month === undefined ? undefined : MONTHS.indexOf(month.slice(0, 3)), day: int(day) };
}

function int(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number.parseInt(digits, 10);
}
