import type { Coordinate } from '../model/coordinate.js';
import type { MemoryFilter } from '../model/filter.js';
import type { MemoryType } from '../model/memory.js';
import type { Namespace } from '../model/namespace.js';
import type { ValidityQuery } from '../model/validity.js';
import type { ListPosition } from './list-position.js';

export interface CoordinateBox {
  readonly min: Coordinate;
  readonly max: Coordinate;
  readonly type?: MemoryType;
}

export interface CoordinateQuery extends CoordinateBox {
  /** Only memories that hold then; all when absent. */
  readonly valid?: ValidityQuery;
  /** Continue after this place; from the oldest memory on when omitted. */
  readonly after?: ListPosition;
  readonly limit: number;
}

export interface CoordinatePage {
  readonly coordinates: readonly Coordinate[];
  /** `after` of the next page; undefined on the last one. */
  readonly next?: ListPosition;
}

export interface NearestQuery {
  readonly to: Coordinate;
  readonly limit: number;
  readonly filter?: MemoryFilter;
  /** Only memories that hold then; all when absent. */
  readonly valid?: ValidityQuery;
  /** Farther ones are left out; one at exactly this distance is not. */
  readonly maxDistance?: number;
}

/** A coordinate that lives near, and how far away it is. */
export interface NearPlace {
  readonly key: string;
  readonly distance: number;
}

export interface NearPlaces {
  /** Nearest first, ties by `Memory.id`. */
  readonly places: readonly NearPlace[];
  /** False when the search ended at its bound: nearer ones may be missing. */
  readonly isComplete: boolean;
}

/** Finds memories by coordinate. Deleted and expired ones are never returned. */
export abstract class CoordinateSearch {
  /**
   * Returns memories inside an inclusive box, comparing only the leading dimensions both have, in creation order. A page
   * looks at a bounded number of memories, so it may be short or empty and still not be the last.
   */
  abstract range(namespace: Namespace, query: CoordinateQuery, now: Date): Promise<CoordinatePage>;

  /**
   * Returns the memories nearest to a coordinate, by Euclidean distance (`distanceBetween`), among those whose coordinates
   * have as many dimensions: between others there is no distance. Looks at a bounded number of memories.
   */
  abstract nearest(namespace: Namespace, query: NearestQuery, now: Date): Promise<NearPlaces>;
}
