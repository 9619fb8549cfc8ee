import { InvalidCoordinateError } from './errors.js';

/** A point that identifies a memory inside its namespace: one or more finite floats. */
export type Coordinate = readonly number[];

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * Checks a tuple of numbers and returns it with `-0` replaced by `0`, so that equal points have one key.
 *
 * @throws InvalidCoordinateError when it is empty, too long, or holds NaN or an infinity.
 */
export function toCoordinate(values: readonly number[], maxDimensions: number, field = 'coordinate'): Coordinate {
  if (values.length === 0) throw new InvalidCoordinateError(field, 'must hold at least one number');
  if (values.length > maxDimensions) {
    throw new InvalidCoordinateError(field, `must hold at most ${maxDimensions} numbers, got ${values.length}`);
  }
  return values.map((value, index) => {
    if (!Number.isFinite(value)) throw new InvalidCoordinateError(field, `number ${index + 1} must be finite`);
    return value === 0 ? 0 : value;
  });
}

/**
 * Parses the text form `x,y,z`. Blanks around numbers and empty parts are ignored, as existing clients expect.
 *
 * @throws InvalidCoordinateError when a part is not a decimal number or the tuple is not a coordinate.
 */
export function parseCoordinate(text: string, maxDimensions: number, field = 'coord'): Coordinate {
  const numbers: number[] = [];
  for (const part of text.split(',')) {
    const number = part.trim();
    if (number === '') continue;
    if (!DECIMAL.test(number)) {
      throw new InvalidCoordinateError(field, `"${number.slice(0, 40)}" is not a finite decimal number`);
    }
    numbers.push(Number(number));
  }
  return toCoordinate(numbers, maxDimensions, field);
}

/** Returns the canonical text of a coordinate: the shortest decimal of each number that parses to the same float. */
export function coordinateKey(coordinate: Coordinate): string {
  return coordinate.join(',');
}
