import { isExactDouble } from './decimal.js';
import { InvalidCoordinateError } from './errors.js';
import type { JsonNumber } from './json-number.js';

/** A point that identifies a memory inside its namespace: one or more finite floats. */
export type Coordinate = readonly number[];

const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * Checks a tuple of numbers and returns it with `-0` replaced by `0`, so that equal points have one key.
 *
 * @throws InvalidCoordinateError when it is empty, too long, or holds NaN, an infinity or a number that a double would
 * round: two such coordinates could have one key.
 */
export function toCoordinate(
  values: readonly (number | JsonNumber)[],
  maxDimensions: number,
  field = 'coordinate',
): Coordinate {
  if (values.length === 0) throw new InvalidCoordinateError(field, 'must hold at least one number');
  if (values.length > maxDimensions) {
    throw new InvalidCoordinateError(field, `must hold at most ${maxDimensions} numbers, got ${values.length}`);
  }
  return values.map((given, index) => {
    const value = typeof given === 'number' ? given : toExact(given.text, field);
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
    numbers.push(toExact(number, field));
  }
  return toCoordinate(numbers, maxDimensions, field);
}

function toExact(text: string, field: string): number {
  const number = Number(text);
  if (isExactDouble(text)) return number;
  const shown = `"${text.slice(0, 40)}"`;
  if (!Number.isFinite(number)) throw new InvalidCoordinateError(field, `${shown} is not within ±1.8e308`);
  throw new InvalidCoordinateError(field, `${shown} cannot be held exactly; the nearest that can is ${number}`);
}

/** Returns the canonical text of a coordinate: the shortest decimal of each number that parses to the same float. */
export function coordinateKey(coordinate: Coordinate): string {
  return coordinate.join(',');
}

/** Returns the numbers that `coordinateKey` made the key of, in a list of its own. */
export function coordinateOfKey(key: string): number[] {
  return key.split(',').map(Number);
}
