/** Languages, beside English, whose dates are read: the platform (ICU) has their words. */
export const LANGUAGES: readonly string[] =
  'de fr es pt it nl sv da nb fi pl cs ru uk tr el ro hu ar he hi ja ko zh vi id'.split(' ');

const MONTHS = 12;
const WEEK = 7;
/** A Sunday. */
const SUNDAY_MS = Date.UTC(2024, 5, 2);
const DAY_MS = 86_400_000;

/** Words for months of the languages, as they stand in dates and alone; months from 0. Without numbers. */
export function monthWords(): ReadonlyMap<string, number> {
  const words = new Map<string, number>();
  const fixed = { timeZone: 'UTC', calendar: 'gregory' } as const;
  for (const language of LANGUAGES) {
    const alone = new Intl.DateTimeFormat(language, { ...fixed, month: 'long' });
    const inDates = new Intl.DateTimeFormat(language, { ...fixed, month: 'long', day: 'numeric' });
    for (let month = 0; month < MONTHS; month++) {
      const date = new Date(Date.UTC(2024, month, 3));
      for (const format of [alone, inDates]) {
        const word = plain(format.formatToParts(date).find(({ type }) => type === 'month')?.value ?? '');
        if (/^\p{L}{3,}$/u.test(word)) words.set(word, month);
      }
    }
  }
  return words;
}

/** Words for days of the week of the languages, with 0 for Sunday. */
export function weekdayWords(): ReadonlyMap<string, number> {
  const words = new Map<string, number>();
  for (const language of LANGUAGES) {
    const format = new Intl.DateTimeFormat(language, { weekday: 'long', timeZone: 'UTC' });
    for (let day = 0; day < WEEK; day++) {
      const word = plain(format.format(SUNDAY_MS + day * DAY_MS));
      if ([...word].length > 2) words.set(word, day);
    }
  }
  return words;
}

/** As texts are read: see `dateText`. */
export function plain(word: string): string {
  return word.normalize('NFKC').toLowerCase().replace(/[’ʼ]/g, "'").replace(/\s+/g, ' ').trim();
}

/** Returns a pattern of any of the words, longest first. A letter next to one is another word, but in scripts without spaces. */
export function anyOf(words: Iterable<string>): string {
  const sorted = [...new Set(words)].sort((a, b) => b.length - a.length).map(escaped);
  return `(?:${sorted.join('|')})`;
}

/** Wraps a pattern, so that it does not begin or end within a word of letters that are written with spaces. */
export function whole(pattern: string): string {
  const letter = String.raw`[\p{sc=Latn}\p{sc=Cyrl}\p{sc=Grek}\p{sc=Arab}\p{sc=Hebr}\p{sc=Deva}\p{M}\p{Nd}]`;
  return `(?<!${letter})${pattern}(?!${letter})`;
}

export function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
