/**
 * The common table expression that leaves the importances of a write for `ImportanceStates`: one row for each namespace,
 * so that a batch costs no more than a memory does, and no writer waits for another. A memory without an importance counts
 * as 1, see `rawImportance`.
 *
 * @param rows has `namespace`, `importance` and `position`
 * @param at SQL of the time of the write
 * @param together SQL of what the rows of one sample have in common
 */
export function leaveSamples(rows: string, at: string, together = 's.namespace'): string {
  return `, sampled AS (
  INSERT INTO importance_samples (namespace, raws, written_at)
  SELECT s.namespace, array_agg(coalesce(s.importance, 1) ORDER BY s.position), ${at}
  FROM ${rows} s
  GROUP BY ${together} ORDER BY min(s.position)
)`;
}
