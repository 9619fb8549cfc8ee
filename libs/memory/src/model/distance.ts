import type { Coordinate } from './coordinate.js';

/**
 * Euclidean distance of two coordinates of the same number of dimensions. Scaled, so that no square over- or underflows; a
 * distance that no double can hold is given as the largest one.
 */
export function distanceBetween(a: Coordinate, b: Coordinate): number {
  return Math.min(Number.MAX_VALUE, Math.hypot(...a.map((value, index) => value - (b[index] ?? 0))));
}
