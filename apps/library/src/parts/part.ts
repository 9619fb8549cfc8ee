import type { MemorySystem } from '@sfm/composition';
import { toCoordinate, type Coordinate, type Namespace } from '@sfm/memory';

/** Longest coordinate there can be; how many dimensions are allowed is checked where something is stored. */
const ANY_DIMENSIONS = Infinity;

/** A coordinate as callers write it: any list of finite numbers, at least one. */
export type Place = readonly number[];

/** What every part works on. */
export interface Core {
  readonly system: MemorySystem;
  readonly namespace: Namespace;
}

/** @throws InvalidCoordinateError for an empty list, NaN and infinities */
export function placeOf(place: Place): Coordinate {
  return toCoordinate(place, ANY_DIMENSIONS, 'coordinate');
}
