import { describe, expect, it } from '@jest/globals';
import { checkExpiry, readTime } from './time.js';

const TIME = 1_700_000_000_250;

describe('readTime', () => {
  it.each<[string | number, number]>([
    [1_700_000_000.25, TIME],
    ['1700000000.25', TIME],
    [' 1700000000.25 ', TIME],
    [1_700_000_000_250, TIME],
    [1_700_000_000_250_000, TIME],
    ['1700000000250000000', TIME],
    ['1.70000000025e12', TIME],
    [-1_700_000_000, -1_700_000_000_000],
    ['2023-11-14T22:13:20.25Z', TIME],
    ['2023-11-14T22:13:20,250', TIME],
    ['2023-11-14 22:13:20.250', TIME],
    ['2023-11-15T00:13:20.25+02:00', TIME],
    ['2023-11-15T00:13:20.25+0200', TIME],
    ['2023-11-15T00:13:20.25+02', TIME],
    ['2023-11-14T22:13z', TIME - 20_250],
    ['2023-11-14', Date.UTC(2023, 10, 14)],
    ['1969-12-31T23:59:59Z', -1000],
    ['0001-01-01', Date.parse('0001-01-01T00:00:00Z')],
  ])('reads %j', (given, expected) => {
    expect(readTime(given)).toBe(expected);
  });

  it.each<string | number>([
    '',
    '  ',
    '\u00a0\t',
    'soon',
    'Invalid Date',
    '0x65a0bc00',
    'Infinity',
    NaN,
    Infinity,
    0,
    -1,
    2024,
    '2024',
    20_260_131,
    '20260131',
    1e20,
    '1e300',
    '2026-02-30T00:00:00Z',
    '2023-02-29',
    '2026-13-01',
    '2026-01-31T24:00:00Z',
    '2026-01-31T12:60:00Z',
    '2026-01-31T12:00:00Q',
    '2026-01-31T',
    '1'.repeat(200),
  ])('takes %j for no time', (given) => {
    expect(readTime(given)).toBeUndefined();
  });
});

describe('checkExpiry', () => {
  it.each([
    [TIME, 'in the future'],
    [TIME - 1, 'in the future'],
    [8.64e15, '9999'],
    [NaN, 'ISO 8601'],
  ])('refuses %d', (time, reason) => {
    const problem = { field: 'expires_at', allowed: expect.stringContaining(reason) };
    expect(() => checkExpiry(new Date(time), TIME)).toThrow(expect.objectContaining(problem));
  });

  it('gives back what lies ahead', () => {
    expect(checkExpiry(new Date(TIME + 1), TIME)).toEqual(new Date(TIME + 1));
  });
});
