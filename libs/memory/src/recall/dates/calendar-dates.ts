import { spanOfDate, type TimeSpan } from './time-span.js';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH =
  '(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|' +
  'nov(?:ember)?|dec(?:ember)?)\\b\\.?';
const DAY = '(0?[1-9]|[12]\\d|3[01])(?:st|nd|rd|th)?\\b';
const YEAR = '((?:19|20)\\d\\d)\\b';
/** Words that mark a following bare month name as a date, so that "may" and "march" stay verbs elsewhere. */
const LEAD = '(?:in|of|during|since|by|until|till|before|after|early|late|mid|last|this|next|every)';

type Parts = readonly (string | undefined)[];

/** A date as written: the year may be missing. */
export interface WrittenDate {
  readonly year?: number;
  readonly month?: number;
  readonly day?: number;
}

interface DatePattern {
  readonly pattern: RegExp;
  readonly read: (parts: Parts) => WrittenDate;
}

/** Tried in this order: text matched by a longer form is not matched again by a shorter one. */
const PATTERNS: readonly DatePattern[] = [
  {
    pattern: /\b((?:19|20)\d\d)-(\d\d)(?:-(\d\d))?(?!\d)/g,
    read: ([y, m, d]) => ({ year: int(y), month: (int(m) ?? 0) - 1, day: int(d) }),
  },
  { pattern: new RegExp(`\\b${DAY}(?: of)? ${MONTH},?(?: ${YEAR})?`, 'g'), read: ([d, m, y]) => named(m, d, y) },
  { pattern: new RegExp(`\\b${MONTH} ${DAY}(?:,? ${YEAR})?`, 'g'), read: ([m, d, y]) => named(m, d, y) },
  { pattern: new RegExp(`\\b${MONTH},?(?: of)? ${YEAR}`, 'g'), read: ([m, y]) => named(m, undefined, y) },
  { pattern: new RegExp(`\\b${LEAD} ${MONTH}`, 'g'), read: ([m]) => named(m, undefined, undefined) },
  { pattern: new RegExp(`\\b${YEAR}`, 'g'), read: ([y]) => ({ year: int(y) }) },
];

/** Most dates read from a text: one with more is a list, not a question. */
const MAX_DATES = 16;

/** Returns the dates written in a text, as English month names or ISO 8601. */
export function writtenDates(text: string): readonly WrittenDate[] {
  const dates: WrittenDate[] = [];
  let rest = text.slice(0, 2000).toLowerCase().replace(/\s+/g, ' ');
  for (const { pattern, read } of PATTERNS) {
    rest = rest.replace(pattern, (_match, ...parts: unknown[]) => {
      dates.push(read(parts.map((part) => (typeof part === 'string' ? part : undefined))));
      return ' ; ';
    });
  }
  return dates.slice(0, MAX_DATES);
}

/** Returns the spans of a written date; without a year, those in the reference moment's year and the year before. */
export function spansNear({ year, month, day }: WrittenDate, timeMs: number): readonly TimeSpan[] {
  const near = new Date(timeMs).getUTCFullYear();
  const years = year === undefined ? [near, near - 1] : [year];
  return years.map((each) => spanOfDate({ year: each, month, day })).filter((span) => span !== undefined);
}

function named(month: string | undefined, day: string | undefined, year: string | undefined): WrittenDate {
  return { year: int(year), month: month === undefined ? undefined : MONTHS.indexOf(month.slice(0, 3)), day: int(day) };
}

function int(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number.parseInt(digits, 10);
}
