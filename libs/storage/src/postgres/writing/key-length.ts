import { InvalidCoordinateError } from '@sfm/memory';

/** Longest coordinate key: index entries have a limit of about 2700 bytes. */
const MAX_KEY_LENGTH = 2_400;

/** @throws InvalidCoordinateError when the text of a coordinate is too long for an index entry. */
export function checkKeyLength(key: string): void {
  if (key.length > MAX_KEY_LENGTH) {
    throw new InvalidCoordinateError('coordinate', `must have a text of at most ${MAX_KEY_LENGTH} characters`);
  }
}
