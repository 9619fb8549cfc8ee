import { createHash } from 'node:crypto';
import type { Coordinate } from './coordinate.js';

/** Numbers of a derived coordinate are whole and at or below this: where nobody keeps memories by chance. */
const HIGHEST = -(2 ** 48);
const NUMBER_BYTES = 6;
const DIMENSIONS = 3;

/**
 * Returns the coordinate of a memory that the service makes itself: always the same for the same seed, far from all others.
 *
 * @param seed says what the memory is and of what it is made
 */
export function derivedCoordinate(seed: string, maxDimensions: number): Coordinate {
  const digest = createHash('sha256').update(seed).digest();
  return Array.from(
    { length: Math.min(DIMENSIONS, maxDimensions) },
    (_, index) => HIGHEST - digest.readUIntBE(index * NUMBER_BYTES, NUMBER_BYTES),
  );
}

/** True for coordinates of the form that `derivedCoordinate` returns. */
export function isDerivedCoordinate(coordinate: Coordinate): boolean {
  return coordinate.every((value) => Number.isInteger(value) && value <= HIGHEST && value > 3 * HIGHEST);
}
