import type { VectorDigest } from '../digests/vector-digest.js';
import type { Namespace } from '../../model/namespace.js';

/** The version and contents that a vector index holds of a memory. */
export interface HeldPoint {
  readonly key: string;
  readonly version: number;
  /** `pointDigest` of the point's type and payload. */
  readonly digest: number;
  /** `vectorDigest` of the point's vector; null when it has none. */
  readonly vector: VectorDigest | null;
}

/** Access to the single points of a vector index, for verification and repair. */
export abstract class PointAudit {
  /** Yields every point of a namespace, in batches, in any order. Changes made meanwhile may or may not be included. */
  abstract scan(namespace: Namespace): AsyncIterable<readonly HeldPoint[]>;

  /** Returns the current points of the given keys. */
  abstract held(namespace: Namespace, keys: readonly string[]): Promise<readonly HeldPoint[]>;

  /** Removes points regardless of version, as if they had never been applied: any version can be applied again. */
  abstract evict(namespace: Namespace, keys: readonly string[]): Promise<void>;
}
