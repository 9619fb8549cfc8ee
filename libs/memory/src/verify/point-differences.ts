import { contentHash } from '../model/content-hash.js';
import { isSameTimes } from '../model/validity.js';
import type { HeldPoint } from './ports/point-audit.port.js';
import { pointDigest } from './digests/point-digest.js';
import type { AuditedRow } from './ports/truth-audit.port.js';
import { isSameVector } from './same-vector.js';
import type { DifferenceKind } from './verify.types.js';

export type PointFinding = readonly [kind: DifferenceKind, detail: string];

/** A point whose key is known. */
export type Held = Omit<HeldPoint, 'key'>;

/** Expectations for a point, in addition to its row. */
export interface PointExpectation {
  /** A write that stays unindexed for this long is a difference. */
  readonly maxPendingSeconds: number;
  /** Undefined when it cannot be determined. */
  readonly vector: Float32Array | null | undefined;
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
  const [point] = points;
  const held = point?.version;
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
  if (point === undefined) return ['point_missing', `version ${row.version} is marked as indexed`];
  if (point.version < row.version) {
    return ['point_stale', `the index holds version ${point.version}, the truth ${row.version}`];
  }
  return contentDifference(row, point, vector);
}

function contentDifference(row: AuditedRow, point: Held, vector: PointExpectation['vector']): PointFinding | undefined {
  const { version } = point;
  const expected = digestOf(row);
  if (expected !== undefined && point.digest !== expected) {
    return ['point_payload_mismatch', `the index holds another type or payload as version ${version}`];
  }
  const unlike = [
    ...(point.id === row.id ? [] : ['id']),
    ...(point.createdAtMs === row.createdAtMs ? [] : ['created_at']),
    ...(point.expiresAtMs === row.expiresAtMs ? [] : ['expires_at']),
    ...(isSameTimes(point.validity, row.validity) ? [] : ['validity']),
  ];
  if (unlike.length > 0)
    return ['point_mismatch', `the index holds another ${unlike.join(', ')} as version ${version}`];
  if (vector !== undefined && !isSameVector(point.vector, vector)) {
    return ['point_vector_mismatch', `the index holds ${point.vector ? 'another' : 'no'} vector as version ${version}`];
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

/** With no time allowed, everything pending is a difference: the clock that a row has its time from may be ahead. */
function pendingDifference(row: AuditedRow, maxPendingSeconds: number): PointFinding | undefined {
  if (maxPendingSeconds > 0 && row.ageSeconds <= maxPendingSeconds) return undefined;
  const what = row.isDeleted ? 'the deletion' : `version ${row.version}`;
  return ['point_unindexed', `${what} is not indexed since ${Math.max(0, Math.round(row.ageSeconds))} s`];
}
