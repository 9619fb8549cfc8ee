/** 9999-12-31, the last millisecond that ISO 8601 writes with four digits. */
const MAX_TIME_MS = 253_402_300_799_999;

/** Formats a date for PostgreSQL, limited to the years 1970 to 9999. Dates outside mean "long ago" and "never". */
export function storableTime(date: Date): string {
  return new Date(Math.min(Math.max(date.getTime(), 0), MAX_TIME_MS)).toISOString();
}
