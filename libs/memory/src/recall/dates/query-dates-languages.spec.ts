import { describe, expect, it } from '@jest/globals';
import { queryDates } from './query-dates.js';
import { spansNear } from './calendar-dates.js';

/** A Wednesday. */
const now = new Date('2024-05-15T10:00:00Z');

/** Days, first and last, of every span that a query names. */
function days(query: string, at = now): string[] {
  const { relative, written } = queryDates(query, at);
  const spans = [...relative, ...written.flatMap((date) => spansNear(date, at.getTime()).slice(0, 1))];
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  return spans.map(({ fromMs, toMs }) => `${day(fromMs)}..${day(toMs - 1)}`);
}

describe('a query names', () => {
  it.each([
    ['dinner the day before yesterday', '2024-05-13..2024-05-13'],
    ['dinner yesterday evening', '2024-05-14..2024-05-14'],
    ['dinner four days ago', '2024-05-11..2024-05-11'],
    ['a couple of days ago', '2024-05-13..2024-05-13'],
    ['the call three weeks back', '2024-04-24..2024-04-30'],
    ['last Thursday', '2024-05-09..2024-05-09'],
    ['last Wednesday', '2024-05-08..2024-05-08'],
    ['what did she say on Monday', '2024-05-13..2024-05-13'],
    ['the week before last', '2024-04-29..2024-05-05'],
    ['last weekend', '2024-05-11..2024-05-12'],
    ['the past 3 days', '2024-05-12..2024-05-15'],
    ['in the first week of May', '2024-05-01..2024-05-07'],
    ['the last week of June 2023', '2023-06-25..2023-07-01'],
    ['late April', '2024-04-21..2024-05-01'],
    ['around Christmas 2024', '2024-12-18..2025-01-01'],
    ['Christmas 2023', '2023-12-24..2023-12-26'],
    ['last christmas', '2023-12-24..2023-12-26'],
    ["on New Year's Eve 2022", '2022-12-31..2022-12-31'],
    ['two summers ago', '2022-06-01..2022-08-31'],
    ['last winter', '2023-12-01..2024-02-29'],
    ['in the summer of 2021', '2021-06-01..2021-08-31'],
    ['next month', '2024-06-01..2024-06-30'],
    ['half a year ago', '2023-11-17..2023-12-16'],
    ['the 2021 audit', '2021-01-01..2021-12-31'],
    ['the report from 2019', '2019-01-01..2019-12-31'],
    ['vorgestern beim Arzt', '2024-05-13..2024-05-13'],
    ['was gab es vor drei Tagen', '2024-05-12..2024-05-12'],
    ['letzte Woche', '2024-05-06..2024-05-12'],
    ['am Donnerstag im Büro', '2024-05-09..2024-05-09'],
    ['die Rechnung vom 3. März 2021', '2021-03-03..2021-03-03'],
    ['le dîner d’avant-hier', '2024-05-13..2024-05-13'],
    ['il y a quatre jours', '2024-05-11..2024-05-11'],
    ['jeudi dernier', '2024-05-09..2024-05-09'],
    ['le 3 mai 2021', '2021-05-03..2021-05-03'],
    ['qué cené anteayer', '2024-05-13..2024-05-13'],
    ['hace tres días', '2024-05-12..2024-05-12'],
    ['el 3 de mayo de 2021', '2021-05-03..2021-05-03'],
    ['ontem', '2024-05-14..2024-05-14'],
    ['há 2 semanas', '2024-05-01..2024-05-07'],
    ["l'altro ieri", '2024-05-13..2024-05-13'],
    ['tre giorni fa', '2024-05-12..2024-05-12'],
    ['eergisteren', '2024-05-13..2024-05-13'],
    ['позавчера на ужин', '2024-05-13..2024-05-13'],
    ['5 дней назад', '2024-05-10..2024-05-10'],
    ['в прошлом месяце', '2024-04-01..2024-04-30'],
    ['12 марта 2020', '2020-03-12..2020-03-12'],
    ['wczoraj', '2024-05-14..2024-05-14'],
    ['dün ne yedik', '2024-05-14..2024-05-14'],
    ['一昨日の夕食', '2024-05-13..2024-05-13'],
    ['3日前の夕食', '2024-05-12..2024-05-12'],
    ['2021年5月3日の会議', '2021-05-03..2021-05-03'],
    ['前天晚饭', '2024-05-13..2024-05-13'],
    ['三天前', '2024-05-12..2024-05-12'],
    ['그저께 저녁', '2024-05-13..2024-05-13'],
    ['지난주 회의', '2024-05-06..2024-05-12'],
    ['قبل ٣ أيام', '2024-05-12..2024-05-12'],
    ['שלשום', '2024-05-13..2024-05-13'],
    ['परसों', '2024-05-13..2024-05-13'],
  ])('%s', (query, expected) => {
    expect(days(query)).toEqual([expected]);
  });

  it.each([
    'test report of batch 2019',
    'who rents locker 2019',
    'room 1984',
    'invoice 2020 for the desk',
    'pin 1999',
    'in 2000 steps',
    'who may march',
    'version 2.10.1 at 192.168.10.1',
    'was ist hier passiert',
    'call me on 2021',
    'the sat exam and a second place',
  ])('no time: %s', (query) => {
    expect(days(query)).toEqual([]);
  });

  it('two summers, where this one is over and both may be meant', () => {
    expect(days('two summers ago', new Date('2026-11-30T00:00:00Z'))).toEqual([
      '2025-06-01..2025-08-31',
      '2024-06-01..2024-08-31',
    ]);
  });

  it('what stands at the end of a long text', () => {
    expect(days(`${'words '.repeat(20_000)} yesterday`)).toEqual(['2024-05-14..2024-05-14']);
  });
});
