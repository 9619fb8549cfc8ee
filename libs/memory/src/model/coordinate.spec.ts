import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InvalidCoordinateError } from './errors.js';
import { JsonNumber } from './json-number.js';
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

  it.each(['1234567890123456789', '9007199254740993', '0.1000000000000000055511151231257827', '1e-400'])(
    'refuses %s, which a double would round to another number',
    (text) => {
      const reason = /^coord: ".*" cannot be held exactly; the nearest that can is /;
      expect(() => parseCoordinate(`1,${text}`, 8)).toThrow(reason);
      expect(() => toCoordinate([1, new JsonNumber(text)], 8, 'coord')).toThrow(reason);
    },
  );

  it.each(['1.0', '01', '1e0', '+1', '1.', '0.10', '-0', '1E5', '1234567890123456800', '6.02e23', '5e-324'])(
    'accepts %s: only its notation is another one',
    (text) => expect(parseCoordinate(text, 8)).toEqual([Number(text) === 0 ? 0 : Number(text)]),
  );

  it('never gives one key to two numbers', () => {
    const POWERS = 30;
    const texts = fc
      .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.integer({ min: -POWERS, max: POWERS }))
      .map(([whole, power]) => `${whole}e${power}`);
    /** What a text denotes, as a multiple of the smallest power of ten. */
    const worth = (text: string): bigint => {
      const [mantissa = '', power = '0'] = text.split('e');
      const [whole = '', fraction = ''] = mantissa.split('.');
      return BigInt(whole + fraction) * 10n ** BigInt(Number(power) - fraction.length + 4 * POWERS);
    };
    fc.assert(
      fc.property(texts, (text) => {
        let key: string;
        try {
          key = coordinateKey(parseCoordinate(text, 1));
        } catch {
          return;
        }
        expect(worth(key)).toBe(worth(text));
      }),
    );
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
