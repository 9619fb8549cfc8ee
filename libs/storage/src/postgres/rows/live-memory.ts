/**
 * Returns the condition that a row of `memories` is live at a time: neither deleted nor expired. Both arguments are
 * SQL.
 */
export function isLive(row: string, at = 'now()'): string {
  return `${row}.deleted_at IS NULL AND ${isUnexpired(row, at)}`;
}

/** As `isLive`, with the time as a statement parameter, such as `$3`. */
export function isLiveAt(row: string, parameter: string): string {
  return isLive(row, `${parameter}::timestamptz`);
}

/** Returns the condition that a row of `memories` has not expired; the row may be a tombstone. */
export function isUnexpired(row: string, at = 'now()'): string {
  return `(${row}.expires_at IS NULL OR ${row}.expires_at > ${at})`;
}
