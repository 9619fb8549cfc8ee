import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../model/json.js';
import { memoryTime } from './memory-time.js';

const fields = ['timestamp', 'date'];
const createdAtMs = Date.parse('2024-01-01T12:00:00Z');
const iso = (payload: JsonObject) => new Date(memoryTime({ payload, createdAtMs }, fields)).toISOString();

describe('memoryTime', () => {
  it.each<[string, JsonObject, string]>([
    ['epoch seconds', { timestamp: 1_600_000_000.5 }, '2020-09-13T12:26:40.500Z'],
    ['epoch milliseconds', { timestamp: 1_600_000_000_500 }, '2020-09-13T12:26:40.500Z'],
    ['epoch microseconds', { timestamp: 1_600_000_000_500_000 }, '2020-09-13T12:26:40.500Z'],
    ['epoch nanoseconds as text', { timestamp: '1600000000500000000' }, '2020-09-13T12:26:40.500Z'],
    ['epoch seconds as text', { timestamp: '1600000000' }, '2020-09-13T12:26:40.000Z'],
    ['ISO 8601 with a zone', { date: '2020-09-13T12:00:00+02:00' }, '2020-09-13T10:00:00.000Z'],
    ['ISO 8601 without a zone, as UTC', { date: '2020-09-13 12:00' }, '2020-09-13T12:00:00.000Z'],
    ['an ISO day', { date: '2020-09-13' }, '2020-09-13T00:00:00.000Z'],
    ['a written date', { date: '7:45 pm on 13 September, 2020' }, '2020-09-13T00:00:00.000Z'],
    [
      'the next field when the first says nothing',
      { timestamp: 'soon', date: '2020-09-13' },
      '2020-09-13T00:00:00.000Z',
    ],
    ['the creation when no field does', { date: 'in September' }, '2024-01-01T12:00:00.000Z'],
    ['the creation for blanks', { timestamp: '  ', date: '' }, '2024-01-01T12:00:00.000Z'],
    ['the creation for a number that is no time', { timestamp: 7, date: 0 }, '2024-01-01T12:00:00.000Z'],
    ['the creation for a number beyond time', { timestamp: 1e300 }, '2024-01-01T12:00:00.000Z'],
    ['the creation for an impossible time', { date: '2020-13-45T99:99' }, '2024-01-01T12:00:00.000Z'],
  ])('reads %s', (_name, payload, expected) => {
    expect(iso(payload)).toBe(expected);
  });
});
