/** Condition for a row of `memories` that lives at a time: neither deleted nor expired. Both arguments are SQL. */
export function isLive(row: string, at = 'now()'): string {
  return `${row}.deleted_at IS NULL AND ${isUnexpired(row, at)}`;
}

/** Condition for a row of `memories` whose time has not run out; it may be a tombstone. */
export function isUnexpired(row: string, at = 'now()'): string {
  return `(${row}.expires_at IS NULL OR ${row}.expires_at > ${at})`;
}
