/** Condition for a row of `memories` that lives at a time: neither deleted nor expired. Both arguments are SQL. */
export function isLive(row: string, at = 'now()'): string {
  return `${row}.deleted_at IS NULL AND ${isUnexpired(row, at)}`;
}

/** As `isLive`, at a time that is a parameter of the statement, such as `$3`. */
export function isLiveAt(row: string, parameter: string): string {
  return isLive(row, `${parameter}::timestamptz`);
}

/** Condition for a row of `memories` whose time has not run out; it may be a tombstone. */
export function isUnexpired(row: string, at = 'now()'): string {
  return `(${row}.expires_at IS NULL OR ${row}.expires_at > ${at})`;
}
