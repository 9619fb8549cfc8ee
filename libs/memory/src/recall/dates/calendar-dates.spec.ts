import { describe, expect, it } from '@jest/globals';
import { spansNear, writtenDates } from './calendar-dates.js';

describe('writtenDates', () => {
  it.each<[string, object[]]>([
    ['the launch on 3 May 2021', [{ year: 2021, month: 4, day: 3 }]],
    ['5:10 pm on 21st of June, 1999', [{ year: 1999, month: 5, day: 21 }]],
    [
      'Sept. 2nd, 2020 and 2020-11-30',
      [
        { year: 2020, month: 10, day: 30 },
        { year: 2020, month: 8, day: 2 },
      ],
    ],
    ['what broke in February', [{ month: 1 }]],
    ['March 2018 to 2019', [{ year: 2018, month: 2 }, { year: 2019 }]],
    ['on July 4', [{ month: 6, day: 4 }]],
  ])('reads %s', (text, dates) => {
    expect(writtenDates(text).map((date) => JSON.parse(JSON.stringify(date)) as object)).toEqual(dates);
  });

  it.each(['may I march on?', 'room 2150', 'sunny 12', 'version 20210', 'decide'])('reads no date in "%s"', (text) => {
    expect(writtenDates(text)).toEqual([]);
  });

  it('stops at a bound in a text that is all dates', () => {
    expect(writtenDates('2001 '.repeat(200)).length).toBeLessThanOrEqual(16);
  });
});

describe('spansNear', () => {
  const may2020 = Date.UTC(2020, 4, 15);

  it('takes the year of the moment and the one before for a date without a year', () => {
    expect(spansNear({ month: 11 }, may2020).map(({ fromMs }) => new Date(fromMs).toISOString().slice(0, 7))).toEqual([
      '2020-12',
      '2019-12',
    ]);
  });

  it('skips days that the calendar does not have', () => {
    expect(spansNear({ year: 2019, month: 1, day: 29 }, may2020)).toEqual([]);
    expect(spansNear({ year: 2020, month: 14, day: 1 }, may2020)).toEqual([]);
  });
});
