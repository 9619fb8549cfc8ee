export const DAY_MS = 86_400_000;

/** From (inclusive) to (exclusive), epoch milliseconds. */
export interface TimeSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A calendar date, possibly without day or month; months count from 0. UTC. */
export interface CalendarDate {
  readonly year: number;
  readonly month?: number;
  readonly day?: number;
  /** Of several days, the last; it may lie in the next month. */
  readonly lastDay?: number;
}

/** Returns the span of the days, month or year that a date names; undefined when the calendar has no such day. */
export function spanOfDate({ year, month, day, lastDay }: CalendarDate): TimeSpan | undefined {
  if (month === undefined) return { fromMs: Date.UTC(year, 0, 1), toMs: Date.UTC(year + 1, 0, 1) };
  if (day === undefined) return { fromMs: Date.UTC(year, month, 1), toMs: Date.UTC(year, month + 1, 1) };
  const fromMs = Date.UTC(year, month, day);
  if (month > 11 || new Date(fromMs).getUTCDate() !== day || new Date(fromMs).getUTCMonth() !== month) return undefined;
  return { fromMs, toMs: lastDay === undefined ? fromMs + DAY_MS : Date.UTC(year, month, lastDay + 1) };
}

/** Of a moment just after a span: what was said then is about it more often than not, and what was said within it always. */
const AFTERWARDS = 0.8;

/**
 * Returns how well a moment fits a span: 1 inside, less after its end, fading with the days (e-fold per `fadingDays`), 0
 * before it.
 */
export function fitOfTime({ fromMs, toMs }: TimeSpan, timeMs: number, fadingDays: number): number {
  if (timeMs < fromMs) return 0;
  return timeMs < toMs ? 1 : AFTERWARDS * Math.exp(-(timeMs - toMs) / (fadingDays * DAY_MS));
}
