import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InvalidRequestError } from './errors.js';
import { shownValidity } from './shown-validity.js';
import { isValid, statedValidity, validityQuery, type Validity } from './validity.js';
import { validityFromJson, validityToJson } from './validity-json.js';

const NOW = new Date('2026-01-31T12:00:00Z');

describe('isValid', () => {
  const times = { fromMs: 10, toMs: 20, supersededAtMs: 15 };
  it.each([
    [9, false, false],
    [10, true, true],
    [14, true, true],
    [15, false, true],
    [19, false, true],
    [20, false, false],
  ])('at %d it is %j, with superseded ones %j', (atMs, alone, withSuperseded) => {
    expect(isValid(times, { atMs, withSuperseded: false })).toBe(alone);
    expect(isValid(times, { atMs, withSuperseded: true })).toBe(withSuperseded);
  });

  it('holds for a memory of which nothing is said, and for a question that asks for everything', () => {
    expect(isValid(undefined, { atMs: 0, withSuperseded: false })).toBe(true);
    expect(isValid(times, undefined)).toBe(true);
    expect(validityQuery('any', NOW)).toBeUndefined();
    expect(validityQuery(undefined, NOW)).toEqual({ atMs: NOW.getTime(), withSuperseded: false });
  });
});

describe('statedValidity', () => {
  it('is none where nothing is said, and begins now where others are superseded', () => {
    expect(statedValidity('1', { supersedes: [] }, NOW)).toBeUndefined();
    expect(statedValidity('1', { supersedes: ['2', '2'] }, NOW)).toMatchObject({
      fromMs: NOW.getTime(),
      toMs: null,
      supersedes: ['2'],
    });
    const validFrom = new Date('0000-01-01T00:00:00Z');
    expect(statedValidity('1', { validFrom, supersedes: ['2'] }, NOW)?.fromMs).toBe(validFrom.getTime());
  });

  it('refuses times out of order or out of the calendar', () => {
    const stated = (from?: Date, to?: Date) =>
      statedValidity(
        '1',
        { ...(from ? { validFrom: from } : {}), ...(to ? { validTo: to } : {}), supersedes: [] },
        NOW,
      );
    expect(() => stated(NOW, NOW)).toThrow('must lie after valid_from');
    expect(() => stated(new Date(Number.NaN))).toThrow(InvalidRequestError);
    expect(() => stated(new Date(8.64e15))).toThrow('within the years 0 to 9999');
  });
});

describe('validity as JSON', () => {
  const time = fc.option(fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 }));
  const key = fc.constantFrom('1', '1,2', '-0.5,1e-7', '3e+21');
  const validities: fc.Arbitrary<Validity> = fc
    .record({ fromMs: time, toMs: time, supersedes: fc.uniqueArray(key), by: fc.dictionary(key, fc.integer()) })
    .map(({ by, ...said }) => {
      const times = Object.values(by);
      return { ...said, supersededBy: { ...by }, supersededAtMs: times.length === 0 ? null : Math.min(...times) };
    });

  it('comes back as it was', () => {
    fc.assert(
      fc.property(validities, (validity) => {
        const text = JSON.stringify(validityToJson(validity));
        expect(validityFromJson(JSON.parse(text) as never)).toEqual(validity);
        expect(Object.keys(shownValidity(validity)).length).toBe(Object.keys(validityToJson(validity)).length);
      }),
    );
  });

  it.each([
    ['1', 'validity'],
    ['{"valid_from": "x"}', 'validity.valid_from'],
    ['{"valid_to": 0.5}', 'validity.valid_to'],
    ['{"supersedes": [1]}', 'validity.supersedes'],
    ['{"superseded_by": []}', 'validity.superseded_by'],
    ['{"superseded_by": {"1": null}}', 'validity.superseded_by'],
  ])('is refused as %s', (text, field) => {
    expect(() => validityFromJson(JSON.parse(text) as never)).toThrow(expect.objectContaining({ field }));
  });
});
