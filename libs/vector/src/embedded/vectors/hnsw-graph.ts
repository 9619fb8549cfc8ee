/** Approximate nearest neighbours among numbered unit vectors: speed where an exact scan would take too long. */
export interface HnswGraph {
  add(slot: number, vector: Float32Array): void;
  remove(slot: number): void;
  /** Up to `count` slots, roughly the nearest ones. */
  nearest(vector: Float32Array, count: number): number[];
}

/** Makes an empty graph; undefined when this installation has no such library. */
export type HnswGraphFactory = (dimension: number) => Promise<HnswGraph | undefined>;
