/**
 * Epoch numbers from here on are milliseconds (then micro- and nanoseconds): in the next larger unit they would lie
 * beyond the year 5000.
 */
const SMALLEST = { milliseconds: 1e11, microseconds: 1e14, nanoseconds: 1e17 } as const;

/**
 * Parses an event's `timestamp` into seconds since the Unix epoch. A number (or its text) is in seconds, milli-, micro-
 * or nanoseconds, depending on its size; any other text is ISO 8601, UTC if it has no offset. Returns null when it is
 * neither.
 */
export function eventEpochSeconds(timestamp: string | number): number | null {
  const text = String(timestamp).trim();
  const number = Number(text);
  if (text !== '' && Number.isFinite(number)) return inSeconds(number);
  if (typeof timestamp !== 'string') return null;
  const hasOffset = /(z|[+-]\d{2}:?\d{2})$/i.test(text);
  const milliseconds = Date.parse(hasOffset ? text : `${text}Z`);
  return Number.isNaN(milliseconds) ? null : milliseconds / 1000;
}

function inSeconds(number: number): number {
  const size = Math.abs(number);
  if (size >= SMALLEST.nanoseconds) return Math.round(number / 1e6) / 1e3;
  if (size >= SMALLEST.microseconds) return Math.round(number / 1e3) / 1e3;
  return size >= SMALLEST.milliseconds ? number / 1e3 : number;
}
