import type { Coordinate } from '../model/coordinate.js';
import type { MemoryType } from '../model/memory.js';
import type { Namespace } from '../model/namespace.js';

export interface CoordinateBox {
  readonly min: Coordinate;
  readonly max: Coordinate;
  readonly type?: MemoryType;
}

/** Finds memories by their place. Deleted and expired ones do not exist for it. */
export abstract class CoordinateSearch {
  /** Coordinates inside an inclusive box, comparing only the leading dimensions both have; creation order. */
  abstract range(namespace: Namespace, box: CoordinateBox, now: Date): Promise<readonly Coordinate[]>;
}
