import type { RequestLimits } from '@sfm/edge';
import type { Coordinate } from '@sfm/memory';

/** Reads the coordinate of a path, also in the brackets that lists have in answers. */
export function placeOf(text: string, limits: RequestLimits): Coordinate {
  return limits.coordinate(/^\[(.*)\]$/.exec(text)?.[1] ?? text, 'coordinate');
}
