import { DAY_MS, spanOfDate, type TimeSpan } from './time-span.js';

/** Units of spans that are counted back from now, in days. */
const UNIT_DAYS = { day: 1, week: 7, fortnight: 14, month: 30, quarter: 91, year: 365, decade: 3652 } as const;
export type Unit = keyof typeof UNIT_DAYS;

/** First months of seasons, on the northern half of the earth; each has three. */
export const SEASONS = { spring: 2, summer: 5, autumn: 8, fall: 8, winter: 11 } as const;
export type Season = keyof typeof SEASONS;

const [SUNDAY, MONDAY, SATURDAY, WEEK] = [0, 1, 6, 7];

/** Spans seen from the day of a moment, whose fields in UTC are those of the asker's calendar. */
export class Periods {
  private readonly today: number;

  constructor(private readonly now: Date) {
    this.today = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate());
  }

  /** Whole days; 0 is today. */
  days(from: number, count = 1): TimeSpan {
    return { fromMs: this.today + from * DAY_MS, toMs: this.today + (from + count) * DAY_MS };
  }

  /** The unit that lies so many of it back. */
  ago(count: number, unit: Unit): TimeSpan {
    return this.days(-count * UNIT_DAYS[unit], UNIT_DAYS[unit]);
  }

  /** The last so many units, today included. */
  past(count: number, unit: Unit): TimeSpan {
    const days = count * UNIT_DAYS[unit];
    return this.days(-days, days + 1);
  }

  /** The calendar week (from Monday), month, quarter or year at an offset from the one of now. */
  calendar(unit: Unit | 'weekend', offset: number): TimeSpan {
    const [year, month] = [this.now.getUTCFullYear(), this.now.getUTCMonth()];
    const monday = offset * WEEK - ((this.now.getUTCDay() + WEEK - MONDAY) % WEEK);
    switch (unit) {
      case 'week':
        return this.days(monday, WEEK);
      case 'weekend':
        return this.days(monday + SATURDAY - MONDAY, 2);
      case 'month':
        return { fromMs: Date.UTC(year, month + offset, 1), toMs: Date.UTC(year, month + offset + 1, 1) };
      case 'quarter': {
        const first = month - (month % 3) + offset * 3;
        return { fromMs: Date.UTC(year, first, 1), toMs: Date.UTC(year, first + 3, 1) };
      }
      case 'year':
        return { fromMs: Date.UTC(year + offset, 0, 1), toMs: Date.UTC(year + offset + 1, 0, 1) };
      default:
        return this.ago(-offset, unit);
    }
  }

  /** The last such day of the week before today, 0 being Sunday; with an offset of 0 today itself, if it is one. */
  weekday(day: number, offset = -1): TimeSpan {
    const back = (this.now.getUTCDay() - day + WEEK) % WEEK;
    if (offset > 0) return this.days(WEEK - back);
    return this.days(-(back === SUNDAY && offset < 0 ? WEEK : back));
  }

  /**
   * The season that lies so many of it back. Where this year's is over, counting from it and from the year are both meant.
   */
  seasonsAgo(season: Season, count: number): readonly TimeSpan[] {
    const year = this.now.getUTCFullYear();
    const isOver = seasonOf(season, year).toMs <= this.now.getTime();
    return (isOver ? [year - count + 1, year - count] : [year - count]).map((each) => seasonOf(season, each));
  }

  /** The last time before now that a span of a year was begun. */
  lastOf(spanIn: (year: number) => TimeSpan | undefined, back = 1): TimeSpan | undefined {
    const year = this.now.getUTCFullYear();
    const span = spanIn(year);
    const hasBegun = span !== undefined && span.fromMs <= this.now.getTime();
    return spanIn(hasBegun ? year - back + 1 : year - back);
  }
}

/** The season of a year: a winter begins in it. */
export function seasonOf(season: Season, year: number): TimeSpan {
  const first = SEASONS[season];
  return { fromMs: Date.UTC(year, first, 1), toMs: Date.UTC(year, first + 3, 1) };
}

/** The days of a written date in a year. */
export function daysOf(year: number, month: number, [day, lastDay]: readonly [number, number]): TimeSpan | undefined {
  return spanOfDate({ year, month, day, lastDay });
}
