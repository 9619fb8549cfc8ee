import { describe, expect, it } from '@jest/globals';
import { eventEpochSeconds } from './event-timestamp.js';

describe('eventEpochSeconds', () => {
  it.each<[string | number, number | null]>([
    [1_700_000_000.25, 1_700_000_000.25],
    ['1700000000.25', 1_700_000_000.25],
    [1_700_000_000_250, 1_700_000_000.25],
    [1_700_000_000_250_000, 1_700_000_000.25],
    ['1700000000250000000', 1_700_000_000.25],
    [-86_400, -86_400],
    ['2023-11-14T22:13:20Z', 1_700_000_000],
    ['2023-11-14T22:13:20', 1_700_000_000],
    ['2023-11-15T00:13:20+02:00', 1_700_000_000],
    ['soon', null],
    ['', null],
    ['  ', null],
  ])('reads %j as %j', (timestamp, expected) => {
    expect(eventEpochSeconds(timestamp)).toBe(expected);
  });
});
