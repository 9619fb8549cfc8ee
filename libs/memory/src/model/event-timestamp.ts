/**
 * Seconds since the Unix epoch of an event's `timestamp`: a number (or its text) is taken as it is, a text as ISO 8601,
 * without an offset as UTC. Null when it is neither.
 */
export function eventEpochSeconds(timestamp: string | number): number | null {
  const number = Number(timestamp);
  if (timestamp !== '' && Number.isFinite(number)) return number;
  if (typeof timestamp !== 'string') return null;
  const hasOffset = /(z|[+-]\d{2}:?\d{2})$/i.test(timestamp);
  const milliseconds = Date.parse(hasOffset ? timestamp : `${timestamp}Z`);
  return Number.isNaN(milliseconds) ? null : milliseconds / 1000;
}
