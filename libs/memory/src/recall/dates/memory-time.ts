import { readTime } from '../../model/time.js';
import { scalarField } from '../../text/searched-text.js';
import { writtenDates } from './calendar-dates.js';
import type { CandidateContent } from '../../index-model/index-point.js';
import { spanOfDate } from './time-span.js';

/**
 * Returns when a memory happened, in epoch milliseconds: the first readable time field of its payload, else its
 * creation. Readable is what `readTime` reads, and dates written in English.
 */
export function memoryTime(
  { payload, createdAtMs }: Pick<CandidateContent, 'payload' | 'createdAtMs'>,
  timeFields: readonly string[],
): number {
  for (const field of timeFields) {
    const value = scalarField(payload, [field]);
    const time = value === null ? undefined : (readTime(value) ?? readWritten(value));
    if (time !== undefined) return time;
  }
  return createdAtMs;
}

function readWritten(value: string): number | undefined {
  if (value.length > 100) return undefined;
  for (const { year, month, day } of writtenDates(value)) {
    const span = year === undefined ? undefined : spanOfDate({ year, month, day });
    if (span) return span.fromMs;
  }
  return undefined;
}
