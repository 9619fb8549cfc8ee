import { readTime } from '../../model/time.js';
import { scalarField } from '../../text/searched-text.js';
import { writtenDates } from './calendar-dates.js';
import type { CandidateContent } from '../../index-model/index-point.js';
import { spanOfDate } from './time-span.js';

type Timed = Pick<CandidateContent, 'payload' | 'createdAtMs' | 'writtenAtMs'>;

/** When a memory happened. */
export interface MemoryMoment {
  /** Epoch milliseconds; of a day its beginning in UTC. */
  readonly timeMs: number;
  /** Only the day is known, in the calendar of whoever wrote it. */
  readonly isDay: boolean;
}

/**
 * Returns when a memory happened: the first readable time field of its payload, else the last write of its content.
 * Readable is what `readTime` reads, and written dates.
 */
export function memoryMoment(
  { payload, createdAtMs, writtenAtMs }: Timed,
  timeFields: readonly string[],
): MemoryMoment {
  for (const field of timeFields) {
    const value = scalarField(payload, [field]);
    if (value === null) continue;
    const timeMs = readTime(value);
    if (timeMs !== undefined) return { timeMs, isDay: ISO_DAY.test(value) };
    const day = readWritten(value);
    if (day !== undefined) return { timeMs: day, isDay: true };
  }
  return { timeMs: writtenAtMs ?? createdAtMs, isDay: false };
}

/** As `memoryMoment`, in epoch milliseconds. */
export function memoryTime(content: Timed, timeFields: readonly string[]): number {
  return memoryMoment(content, timeFields).timeMs;
}

const ISO_DAY = /^\d{4}-\d\d-\d\d$/;

function readWritten(value: string): number | undefined {
  if (value.length > 100) return undefined;
  for (const { year, month, day } of writtenDates(value, { isTimeField: true })) {
    const span = year === undefined ? undefined : spanOfDate({ year, month, day });
    if (span) return span.fromMs;
  }
  return undefined;
}
