import { describe, expect, it } from '@jest/globals';
import { dateFit, namesDate, queryDates } from './query-dates.js';

/** A Wednesday. */
const now = new Date('2024-05-15T10:00:00Z');
const fit = (query: string, moment: string) => dateFit(queryDates(query, now), Date.parse(moment), 14);

describe('dateFit', () => {
  it.each([
    ['what happened on 3 May 2021', '2021-05-03T23:59:59Z'],
    ['what happened in May 2021', '2021-05-31T00:00:00Z'],
    ['the 2021 audit', '2021-01-01T00:00:00Z'],
    ['since last December', '2023-12-24T00:00:00Z'],
    ['notes of today', '2024-05-15T00:00:00Z'],
    ['what did I write yesterday', '2024-05-14T12:00:00Z'],
    ['this week', '2024-05-13T00:00:00Z'],
    ['last week', '2024-05-12T23:00:00Z'],
    ['last month', '2024-04-30T00:00:00Z'],
    ['last year', '2023-06-01T00:00:00Z'],
    ['three days ago', '2024-05-12T08:00:00Z'],
    ['2 weeks ago', '2024-05-05T00:00:00Z'],
  ])('"%s" fits %s', (query, moment) => {
    expect(fit(query, moment)).toBe(1);
  });

  it('is 0 before the named date and fades after it', () => {
    expect(fit('on 3 May 2021', '2021-05-02T23:59:59Z')).toBe(0);
    const soon = fit('on 3 May 2021', '2021-05-08T00:00:00Z');
    expect(soon).toBeCloseTo(0.8 * Math.exp(-4 / 14), 9);
    expect(fit('on 3 May 2021', '2022-05-08T00:00:00Z')).toBeLessThan(1e-9);
  });

  it('is 0 for a query without a date', () => {
    expect(fit('who may march', '2024-05-15T00:00:00Z')).toBe(0);
    expect(namesDate(queryDates('who may march', now))).toBe(false);
  });
});
