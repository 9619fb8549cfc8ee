import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { comparableText, compareNumbers, exactDouble, isExactDouble, numberIdentity } from './decimal.js';
import { JsonNumber } from './json-number.js';

const sized = (text: string) => new JsonNumber(text);

/** A whole number and a power of ten, as text and as what it denotes: so many of the smallest power. */
const SMALLEST_POWER = 60;
const numbers = fc
  .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: -SMALLEST_POWER, max: 60 }))
  .map(([whole, power]) => ({
    number: sized(`${whole}e${power}`),
    worth: whole * 10n ** BigInt(power + SMALLEST_POWER),
  }));

describe('numbers of JSON', () => {
  it('compare by all their digits, whatever the notation', () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const expected = a.worth < b.worth ? -1 : a.worth > b.worth ? 1 : 0;
        expect(compareNumbers(a.number, b.number)).toBe(expected);
        expect(numberIdentity(a.number) === numberIdentity(b.number)).toBe(expected === 0);
      }),
    );
  });

  it('compare with doubles as these are written', () => {
    const doubles = fc.double({ noNaN: true });
    fc.assert(
      fc.property(doubles, doubles, (a, b) => {
        const written = Number.isFinite(b) ? sized(JSON.stringify(b)) : b;
        expect(compareNumbers(a, written)).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
    expect(compareNumbers(9007199254740992, sized('9007199254740993'))).toBe(-1);
    expect(compareNumbers(0.1, sized('0.1000000000000000055511151231257827'))).toBe(-1);
    expect(compareNumbers(sized('-0'), 0)).toBe(0);
    expect(compareNumbers(Number.NaN, sized('1.0'))).toBeNaN();
  });

  it.each([
    '1.0',
    '01',
    '1e0',
    '+1',
    '.5',
    '5.',
    '-0',
    '0.10',
    '1e5',
    '6.02E+23',
    '1234567890123456800',
    '5e-324',
    '0e9999',
  ])('are doubles when only the notation differs: %s', (text) => expect(isExactDouble(text)).toBe(true));

  it.each([
    '1234567890123456789',
    '9007199254740993',
    '0.1000000000000000055511151231257827',
    '1e400',
    '1e-400',
    '2e-324',
  ])('are no doubles when a double would be written as another number: %s', (text) =>
    expect(isExactDouble(text)).toBe(false),
  );

  it('are written for comparison as they were where that is short, and never long', () => {
    for (const text of ['1.0', '1e5', '-0', '0.10', '6.02E+23', '123456789012345678901234567890', '1e400']) {
      expect(comparableText(sized(text))).toBe(text);
    }
    const long = [`1e${'9'.repeat(50)}`, `-1e-${'9'.repeat(50)}`, '1'.repeat(100_000), `0.${'0'.repeat(100_000)}1`];
    for (const text of [...long, '0e99999', `1.${'0'.repeat(20_000)}`]) {
      const shown = comparableText(sized(text));
      expect(shown.length).toBeLessThan(420);
      expect(Math.abs(Number(/e(-?\d+)$/.exec(shown)?.[1] ?? 0))).toBeLessThanOrEqual(401);
      expect(compareNumbers(sized(shown), sized(text))).toBe(0);
    }
  });

  it('have the double that they denote', () => {
    expect(exactDouble(sized('1.0'))).toBe(1);
    expect(exactDouble(sized('9007199254740993'))).toBeUndefined();
  });

  it('are read in time that grows with their length', () => {
    const text = `1${'0'.repeat(2_000_000)}1`;
    expect(compareNumbers(sized(text), sized(`-${text}`))).toBe(1);
    expect(isExactDouble('0'.repeat(2_000_000))).toBe(true);
  });
});
