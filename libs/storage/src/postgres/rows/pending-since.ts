/**
 * SQL for the time since when a row that is not indexed waits for it. What was imported or moved has times of its own, and what is
 * to be indexed again may be old; the first by `updated_at` is not always the one that waits longest, and close to it.
 */
export function pendingSince(row: string): string {
  return `greatest(${row}.updated_at, ${row}.pending_since)`;
}
