/** Approximate nearest neighbours among numbered unit vectors, for collections where an exact scan takes too long. */
export interface HnswGraph {
  add(slot: number, vector: Float32Array): void;
  remove(slot: number): void;
  /** Returns up to `count` slots, approximately the nearest ones. */
  nearest(vector: Float32Array, count: number): number[];
}

/** Creates an empty graph; undefined when this installation has no such library. */
export type HnswGraphFactory = (dimension: number) => Promise<HnswGraph | undefined>;
