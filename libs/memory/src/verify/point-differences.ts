import type { AuditedRow } from './truth-audit.port.js';
import type { DifferenceKind } from './verify.types.js';

export type PointFinding = readonly [kind: DifferenceKind, detail: string];

/**
 * What is wrong with the points that an index holds for a coordinate, given its row in the truth (null: none); undefined
 * when nothing is. A change that is not indexed yet may lack its point or have an older one; recall makes up for it.
 */
export function pointDifference(
  row: AuditedRow | null,
  heldVersions: readonly number[],
  maxPendingSeconds: number,
): PointFinding | undefined {
  const [held] = heldVersions;
  if (heldVersions.length > 1) return ['point_duplicate', `the index holds versions ${heldVersions.join(', ')}`];
  if (!row) return held === undefined ? undefined : ['point_superfluous', `version ${held}; the truth has no memory`];
  if (held !== undefined && held > row.version) {
    return ['point_ahead', `the index holds version ${held}, the truth ${row.version}`];
  }
  if (row.indexedVersion < row.version) return pendingDifference(row, maxPendingSeconds);
  if (row.isDeleted) {
    return held === undefined ? undefined : ['point_superfluous', `version ${held}; the memory is deleted`];
  }
  if (held === undefined) return ['point_missing', `version ${row.version} is marked as indexed`];
  if (held < row.version) return ['point_stale', `the index holds version ${held}, the truth ${row.version}`];
  return undefined;
}

function pendingDifference(row: AuditedRow, maxPendingSeconds: number): PointFinding | undefined {
  if (row.ageSeconds <= maxPendingSeconds) return undefined;
  const what = row.isDeleted ? 'the deletion' : `version ${row.version}`;
  return ['point_overdue', `${what} is not indexed since ${Math.round(row.ageSeconds)} s`];
}
