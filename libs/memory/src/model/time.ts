import { InvalidRequestError } from './errors.js';

/**
 * Lower bounds of epoch numbers by unit. A number in the range of one unit would lie before 1974 or after the year 5000
 * in every other, so no number has two readings.
 */
const SMALLEST = { seconds: 1e8, milliseconds: 1e11, microseconds: 1e14, nanoseconds: 1e17, none: 1e20 } as const;
const NUMBER = /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;
const ISO_TIME =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?(Z|[+-]\d\d(?::?[0-5]\d)?)?)?$/i;
/** Longer texts are no times. */
const MAX_LENGTH = 100;
/** 9999-12-31, the last millisecond that ISO 8601 writes with four digits. */
const MAX_TIME_MS = 253_402_300_799_999;

/** What `readTime` understands, for messages to callers. */
export const TIME_RULE =
  'must be an ISO 8601 date and time, like 2026-01-31T12:00:00Z, or seconds, milli-, micro- or nanoseconds since 1970';

/**
 * Reads a moment, in epoch milliseconds: ISO 8601 (UTC when it names no zone), or an epoch number, also as text, whose
 * size tells its unit. Returns undefined for anything else: blanks, days that no calendar has, and numbers that are no
 * plausible time in any unit, such as a year, `20260131` or a counter, which would be read as 1970.
 */
export function readTime(given: string | number): number | undefined {
  const text = String(given).trim();
  if (text.length > MAX_LENGTH) return undefined;
  return NUMBER.test(text) ? fromEpoch(Number(text)) : fromIso(text);
}

/**
 * Checks the moment from which on a memory is found no more.
 *
 * @throws InvalidRequestError when it is past, or cannot be stored: the memory would be acknowledged and never found.
 */
export function checkExpiry(expiresAt: Date, nowMs: number): Date {
  const time = expiresAt.getTime();
  if (time > nowMs && time <= MAX_TIME_MS) return expiresAt;
  const problem = time > MAX_TIME_MS ? 'must not lie after the year 9999' : 'must lie in the future';
  throw new InvalidRequestError('expires_at', Number.isNaN(time) ? TIME_RULE : problem);
}

function fromEpoch(number: number): number | undefined {
  const size = Math.abs(number);
  if (size < SMALLEST.seconds || size >= SMALLEST.none) return undefined;
  if (size >= SMALLEST.nanoseconds) return Math.round(number / 1e6);
  if (size >= SMALLEST.microseconds) return Math.round(number / 1e3);
  return size >= SMALLEST.milliseconds ? number : Math.round(number * 1e6) / 1e3;
}

function fromIso(text: string): number | undefined {
  const found = ISO_TIME.exec(text);
  if (!found) return undefined;
  const [, year, month, day, zone] = found;
  if (!isDay(Number(year), Number(month), Number(day))) return undefined;
  const isDate = text.length <= 'YYYY-MM-DD'.length;
  // What `Date` wants of the notations that ISO 8601 allows: a point, and a zone with minutes.
  const rest = isDate || zone ? (zone?.length === '+00'.length ? ':00' : '') : 'Z';
  const time = Date.parse(text.replace(' ', 'T').replace(',', '.') + rest);
  return Number.isNaN(time) ? undefined : time;
}

/** `Date` takes 30 February for 1 March. */
function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
