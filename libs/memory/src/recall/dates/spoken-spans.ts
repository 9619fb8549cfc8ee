import { anyOf, escaped, LANGUAGES, plain, weekdayWords, whole } from './calendar-words.js';
import { COUNT, countOf } from './counted-words.js';
import { takeOut } from './date-text.js';
import type { Periods } from './periods.js';
import type { TimeSpan } from './time-span.js';

const UNITS = ['day', 'week', 'month', 'year'] as const;
type Unit = (typeof UNITS)[number];

/** Counts with which every plural form of the languages appears. */
const COUNTS = [1, 2, 3, 5, 11, 21];
const FEWEST_LETTERS = 3;

/** Said as often as what the platform says. */
const ALSO: readonly (readonly [string, Unit, number])[] = [
  ['vorige woche', 'week', -1],
  ['vergangene woche', 'week', -1],
  ['вчора', 'day', -1],
  ['きのう', 'day', -1],
  ['おととい', 'day', -2],
  ['昨夜', 'day', -1],
  ['昨晚', 'day', -1],
  ['去年', 'year', -1],
  ['上星期', 'week', -1],
  ['上週', 'week', -1],
  ['上個月', 'month', -1],
  ['그제', 'day', -2],
  ['antes de ayer', 'day', -2],
  ['antier', 'day', -2],
  ['gestern abend', 'day', -1],
  ['hier soir', 'day', -1],
  ['anoche', 'day', -1],
  ['ieri sera', 'day', -1],
  ['ontem à noite', 'day', -1],
  ['на той неделе', 'week', -1],
  ['wczoraj wieczorem', 'day', -1],
];

/** Words of one language that are others in another: a date only where none of the words beside it is of the other. */
const TWOFOLD: ReadonlyMap<string, RegExp> = new Map([
  ['hier', /\b(?:ist|sind|war|waren|der|die|das|und|nicht|was|wer|wo|wie|ich|wir|een|het|dat|is|er|ik|wat)\b/],
]);

interface Phrase {
  readonly unit: Unit;
  readonly offset: number;
}

interface Spoken {
  readonly phrases: ReadonlyMap<string, Phrase>;
  readonly phrase: RegExp;
  /** Patterns of counted units that lie back, with the unit. */
  readonly counted: readonly (readonly [RegExp, Unit])[];
  readonly weekdays: ReadonlyMap<string, number>;
  readonly weekday: RegExp;
}

let spoken: Spoken | undefined;

/**
 * Reads what other languages than English say of times relative to now, by the words that the platform has for them:
 * `vorgestern`, `il y a 3 jours`, `先週`. A day of the week is the last one before today.
 *
 * @returns the spans, and the text without them
 */
export function spokenSpans(
  text: string,
  periods: Periods,
): { readonly spans: readonly TimeSpan[]; readonly rest: string } {
  const { phrases, phrase, counted, weekdays, weekday } = (spoken ??= learn());
  const spans: TimeSpan[] = [];
  let rest = text;
  for (const [pattern, unit] of counted) {
    rest = takeOut(rest, pattern, ([count]) => {
      const span = periods.ago(countOf(count), unit);
      return Number.isFinite(span.fromMs) && spans.push(span) > 0;
    });
  }
  rest = takeOut(rest, phrase, ([words = '']) => {
    const known = phrases.get(words);
    if (!known || TWOFOLD.get(words)?.test(text) === true) return false;
    spans.push(known.unit === 'day' ? periods.days(known.offset) : periods.calendar(known.unit, known.offset));
    return true;
  });
  rest = takeOut(rest, weekday, ([word = '']) => spans.push(periods.weekday(weekdays.get(word) ?? 0)) > 0);
  return { spans, rest };
}

function learn(): Spoken {
  const phrases = new Map<string, Phrase>(ALSO.map(([words, unit, offset]) => [plain(words), { unit, offset }]));
  const frames: (Frame & { readonly unit: Unit })[] = [];
  for (const language of LANGUAGES) {
    const named = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
    const numbered = new Intl.RelativeTimeFormat(`${language}-u-nu-latn`, { numeric: 'always' });
    for (const unit of UNITS) {
      for (const offset of [0, -1, -2]) {
        const words = plain(named.format(offset, unit));
        if (!/\d/.test(words) && isTelling(words)) phrases.set(words, { unit, offset: offset === 0 ? 0 : offset });
      }
      for (const count of COUNTS) {
        const frame = frameOf(numbered.formatToParts(-count, unit));
        if (frame) frames.push({ ...frame, unit });
      }
    }
  }
  const weekdays = weekdayWords();
  return {
    phrases,
    phrase: new RegExp(whole(`(${anyOf(phrases.keys())})`), 'gu'),
    counted: UNITS.flatMap((unit) =>
      patternsOf(frames.filter((frame) => frame.unit === unit)).map((pattern) => [pattern, unit] as const),
    ),
    weekdays,
    weekday: new RegExp(whole(`(${anyOf(weekdays.keys())})`), 'gu'),
  };
}

/** Two Latin letters say nothing of which language they are. */
function isTelling(words: string): boolean {
  return !/^\p{sc=Latn}+$/u.test(words) || words.length >= FEWEST_LETTERS;
}

/** What stands before and after a count. */
interface Frame {
  readonly before: string;
  readonly after: string;
}

function frameOf(parts: readonly Intl.RelativeTimeFormatPart[]): Frame | undefined {
  const at = parts.findIndex(({ type }) => type === 'integer');
  if (at < 0) return undefined;
  const side = (of: readonly Intl.RelativeTimeFormatPart[]) => plain(of.map(({ value }) => value).join(''));
  const frame = { before: side(parts.slice(0, at)), after: side(parts.slice(at + 1)) };
  return frame.before === '' && frame.after === '' ? undefined : frame;
}

/** Returns one pattern for all frames that begin the same. */
function patternsOf(frames: readonly Frame[]): readonly RegExp[] {
  return [...new Set(frames.map(({ before }) => before))].map((before) => {
    const afters = frames.filter((frame) => frame.before === before).map(({ after }) => after);
    const head = before === '' ? '' : `${escaped(before)} ?`;
    const tail = afters.every((after) => after === '') ? '' : ` ?${anyOf(afters)}`;
    return new RegExp(whole(`${head}${COUNT}${tail}`), 'gu');
  });
}
