import { describe, expect, it } from '@jest/globals';
import { AskerCalendar, isTimeZone } from './asker-calendar.js';

const NOON = Date.UTC(2026, 6, 1, 12);

describe('AskerCalendar', () => {
  it.each([
    [undefined, '2026-07-01T12:00'],
    ['UTC', '2026-07-01T12:00'],
    ['Europe/Vienna', '2026-07-01T14:00'],
    ['+05:19', '2026-07-01T17:19'],
    ['-0330', '2026-07-01T08:30'],
    ['+14', '2026-07-02T02:00'],
  ])('reads a moment in %s', (timeZone, fields) => {
    expect(timeZone === undefined || isTimeZone(timeZone)).toBe(true);
    expect(new Date(new AskerCalendar(timeZone).fieldsAt(NOON)).toISOString().slice(0, 16)).toBe(fields);
  });

  it.each(['Europe/Nowhere', '+24:00', '+5', '05:00', '', 'constructor'])('does not know %s', (name) => {
    expect(isTimeZone(name)).toBe(false);
  });
});
