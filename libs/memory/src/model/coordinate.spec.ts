import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InvalidCoordinateError } from './errors.js';
import { coordinateKey, parseCoordinate, toCoordinate } from './coordinate.js';

describe('parseCoordinate', () => {
  it.each([
    ['1,2,3', [1, 2, 3]],
    [' 1 , -2.5 ,1e-05 ', [1, -2.5, 0.00001]],
    ['1,,2,', [1, 2]],
    ['+.5', [0.5]],
  ])('reads %j', (text, expected) => {
    expect(parseCoordinate(text, 8)).toEqual(expected);
  });

  it.each(['', ',', 'a', '1,b', 'nan', 'inf', '-Infinity', '1e400', '0x10', '1 2', '١'])('refuses %j', (text) => {
    expect(() => parseCoordinate(text, 8)).toThrow(InvalidCoordinateError);
  });

  it('names the field and the limit when there are too many numbers', () => {
    expect(() => parseCoordinate('1,2,3', 2, 'frm')).toThrow('frm: must hold at most 2 numbers, got 3');
  });
});

describe('coordinateKey', () => {
  it('gives 0 and -0 one key', () => {
    expect(coordinateKey(toCoordinate([-0, 1], 8))).toBe('0,1');
  });

  it('reads back as the same coordinate', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 6 }),
        (values) => {
          const coordinate = toCoordinate(values, 6);
          expect(parseCoordinate(coordinateKey(coordinate), 6)).toEqual(coordinate);
        },
      ),
    );
  });
});
