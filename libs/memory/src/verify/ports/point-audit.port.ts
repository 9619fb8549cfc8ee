import type { Namespace } from '../../model/namespace.js';
import type { ValidityTimes } from '../../model/validity.js';

/** The version of a memory that a vector index holds. */
export interface PointVersion {
  readonly key: string;
  readonly version: number;
}

/** The version and contents that a vector index holds of a memory. */
export interface HeldPoint extends PointVersion {
  /**
   * `pointDigest` of the point's type and payload; `ALTERED_DIGEST` when what the index derived from them does not follow
   * from them.
   */
  readonly digest: number;
  /** `Memory.id` */
  readonly id: number;
  /** Epoch milliseconds. */
  readonly createdAtMs: number;
  /** Epoch milliseconds; null for never. */
  readonly expiresAtMs: number | null;
  /** Absent for a memory that always holds. */
  readonly validity?: ValidityTimes;
  /** As the index holds it, with its rounding; null when it has none. */
  readonly vector: Float32Array | null;
}

/** Access to the single points of a vector index, for verification and repair. */
export abstract class PointAudit {
  /**
   * Yields every point of a namespace, in batches, in any order. Changes made meanwhile may or may not be included.
   *
   * @throws IndexUnusableError when the namespace's index is not one of this embedding space
   */
  abstract scan(namespace: Namespace): AsyncIterable<readonly PointVersion[]>;

  /** Returns the current points of the given keys, with their contents. Throws as `scan` does. */
  abstract held(namespace: Namespace, keys: readonly string[]): Promise<readonly HeldPoint[]>;

  /** Removes points regardless of version, as if they had never been applied: any version can be applied again. */
  abstract evict(namespace: Namespace, keys: readonly string[]): Promise<void>;
}
