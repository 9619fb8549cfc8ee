import type { VectorDigest } from '../digests/vector-digest.js';
import type { Namespace } from '../../model/namespace.js';

/** Which version of a memory a vector index holds, and what of it. */
export interface HeldPoint {
  readonly key: string;
  readonly version: number;
  /** `pointDigest` of the type and payload that the point has. */
  readonly digest: number;
  /** `vectorDigest` of the vector that the point has; null when it has none. */
  readonly vector: VectorDigest | null;
}

/** The points of a vector index one by one: what verification and repair need beyond searching. */
export abstract class PointAudit {
  /** Every point of a namespace, in batches, in any order. What changes meanwhile may be in it or not. */
  abstract scan(namespace: Namespace): AsyncIterable<readonly HeldPoint[]>;

  /** The points of the given keys at this moment. */
  abstract held(namespace: Namespace, keys: readonly string[]): Promise<readonly HeldPoint[]>;

  /** Takes points out whatever their version, as if they had never been applied: any version may come again. */
  abstract evict(namespace: Namespace, keys: readonly string[]): Promise<void>;
}
