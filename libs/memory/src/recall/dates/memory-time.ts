import { scalarField } from '../../text/searched-text.js';
import { writtenDates } from './calendar-dates.js';
import type { CandidateContent } from '../../index-model/index-point.js';
import { spanOfDate } from './time-span.js';

/** Epoch numbers from here on are milliseconds: as seconds they would lie beyond the year 5000. */
const SMALLEST_MILLISECONDS = 1e11;
/** Latest moment a Date can hold. */
const LARGEST_MILLISECONDS = 8.64e15;
const ISO_TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/i;

/**
 * Returns when a memory happened, in epoch milliseconds: the first readable time field of its payload, else its
 * creation. Readable are epoch seconds or milliseconds, ISO 8601 (UTC when no zone is given) and dates written in
 * English.
 */
export function memoryTime(
  { payload, createdAtMs }: Pick<CandidateContent, 'payload' | 'createdAtMs'>,
  timeFields: readonly string[],
): number {
  for (const field of timeFields) {
    const value = scalarField(payload, [field]);
    const time = value === null ? undefined : readTime(value);
    if (time !== undefined) return time;
  }
  return createdAtMs;
}

function readTime(value: string): number | undefined {
  if (value.length > 100) return undefined;
  const text = value.trim();
  const number = text === '' ? Number.NaN : Number(text);
  if (Number.isFinite(number)) {
    const milliseconds = Math.abs(number) < SMALLEST_MILLISECONDS ? number * 1000 : number;
    return Math.abs(milliseconds) <= LARGEST_MILLISECONDS ? milliseconds : undefined;
  }
  const iso = ISO_TIME.exec(text);
  if (iso) {
    const time = Date.parse(text.replace(' ', 'T') + (iso[1] ? '' : 'Z'));
    return Number.isNaN(time) ? undefined : time;
  }
  for (const { year, month, day } of writtenDates(text)) {
    const span = year === undefined ? undefined : spanOfDate({ year, month, day });
    if (span) return span.fromMs;
  }
  return undefined;
}
