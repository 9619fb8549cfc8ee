/** Epoch numbers from here on are milliseconds, then micro- and nanoseconds: in the unit before they would lie beyond the year 5000. */
const SMALLEST = { milliseconds: 1e11, microseconds: 1e14, nanoseconds: 1e17 } as const;

/**
 * Seconds since the Unix epoch of an event's `timestamp`: a number (or its text) in seconds, milli-, micro- or nanoseconds,
 * told apart by its size; another text as ISO 8601, without an offset as UTC. Null when it is neither.
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
