import { contentHash } from '../model/content-hash.js';
import type { HeldPoint } from './ports/point-audit.port.js';
import { pointDigest } from './digests/point-digest.js';
import { isSameDigest, type VectorDigest } from './digests/vector-digest.js';
import type { AuditedRow } from './ports/truth-audit.port.js';
import type { DifferenceKind } from './verify.types.js';

export type PointFinding = readonly [kind: DifferenceKind, detail: string];

/** A point whose key is known. */
export type Held = Omit<HeldPoint, 'key'>;

/** Expectations for a point, in addition to its row. */
export interface PointExpectation {
  /** A write that stays unindexed for this long is a difference. */
  readonly maxPendingSeconds: number;
  /** Undefined when it cannot be determined. */
  readonly vector: VectorDigest | null | undefined;
}

/**
 * Returns what is wrong with the index's points for a coordinate, given its row in the truth (null: none); undefined
 * when they are correct. The point of a change that is not yet indexed may be missing or old; recall compensates.
 */
export function pointDifference(
  row: AuditedRow | null,
  points: readonly Held[],
  { maxPendingSeconds, vector }: PointExpectation,
): PointFinding | undefined {
  const held = points[0]?.version;
  if (points.length > 1) {
    return ['point_duplicate', `the index holds versions ${points.map(({ version }) => version).join(', ')}`];
  }
  if (!row) return held === undefined ? undefined : ['point_orphaned', `version ${held}; the truth has no memory`];
  if (held !== undefined && held > row.version) {
    return ['point_ahead', `the index holds version ${held}, the truth ${row.version}`];
  }
  if (row.indexedVersion < row.version) return pendingDifference(row, maxPendingSeconds);
  if (row.isDeleted) {
    return held === undefined ? undefined : ['point_orphaned', `version ${held}; the memory is deleted`];
  }
  if (held === undefined) return ['point_missing', `version ${row.version} is marked as indexed`];
  if (held < row.version) return ['point_stale', `the index holds version ${held}, the truth ${row.version}`];
  const expected = digestOf(row);
  if (expected !== undefined && points[0]?.digest !== expected) {
    return ['point_payload_mismatch', `the index holds another type or payload as version ${held}`];
  }
  if (vector !== undefined && !isSameDigest(points[0]?.vector ?? null, vector)) {
    return [
      'point_vector_mismatch',
      `the index holds ${points[0]?.vector ? 'another' : 'no'} vector as version ${held}`,
    ];
  }
  return undefined;
}

/**
 * Returns the expected digest of a point; undefined when the row itself is not as written and so cannot be compared
 * with.
 */
function digestOf({ type, importance, payload, contentHash: written }: AuditedRow): number | undefined {
  if (payload === null || contentHash(type, importance, payload) !== written) return undefined;
  return pointDigest(type, payload);
}

function pendingDifference(row: AuditedRow, maxPendingSeconds: number): PointFinding | undefined {
  if (row.ageSeconds <= maxPendingSeconds) return undefined;
  const what = row.isDeleted ? 'the deletion' : `version ${row.version}`;
  return ['point_unindexed', `${what} is not indexed since ${Math.round(row.ageSeconds)} s`];
}
