import type { Coordinate } from '../model/coordinate.js';
import type { MemoryType } from '../model/memory.js';
import type { Namespace } from '../model/namespace.js';

export interface CoordinateBox {
  readonly min: Coordinate;
  readonly max: Coordinate;
  readonly type?: MemoryType;
}

/** Finds memories by coordinate. Deleted and expired ones are never returned. */
export abstract class CoordinateSearch {
  /** Returns memories inside an inclusive box, comparing only the leading dimensions both have, in creation order. */
  abstract range(namespace: Namespace, box: CoordinateBox, now: Date): Promise<readonly Coordinate[]>;
}
