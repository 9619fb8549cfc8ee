import { anyOf, monthWords, plain, weekdayWords, whole } from './calendar-words.js';

/** Characters of a text that are looked at. */
const EXAMINED = 2000;

/** Words that ask for a time. Those of other languages than English are asked at the beginning or after a comma. */
const WHEN = new RegExp(
  [
    String.raw`\bwhen\b(?=[^.!]*\?)|^\W*when\b`,
    String.raw`\b(?:what|which) (?:exact )?(?:time|day|date|week|weekend|month|year|season|hour)s?\b`,
    String.raw`\bhow long ago\b|\bhow (?:long|many (?:days|weeks|months|years))\b|\bsince when\b`,
    whole(
      anyOf(
        'wann|quand|cuándo|cuando|quando|wanneer|när|hvornår|når|milloin|kiedy|kdy|когда|коли|ne zaman|πότε|când|mikor|متى|מתי|कब|いつ|언제|什么时候|什麼時候|何时|khi nào|bao giờ|kapan'.split(
          '|',
        ),
      ),
    ),
  ].join('|'),
  'iu',
);

const ENGLISH =
  'january february march april june july august september october november december monday tuesday wednesday thursday friday saturday sunday yesterday today tonight tomorrow ago weekend christmas easter'.split(
    ' ',
  );
let named: RegExp | undefined;

/** Whether a query asks for a time. */
export function asksWhen(query: string): boolean {
  return WHEN.test(plain(query.slice(-EXAMINED)));
}

/** Whether a text names a time: a date, a day, a month, a year, or one counted from when it was said. */
export function namesTime(text: string): boolean {
  named ??= new RegExp(
    [
      whole(anyOf([...ENGLISH, ...monthWords().keys(), ...weekdayWords().keys()])),
      String.raw`\b(?:last|next|this|past|few|couple of) (?:day|night|week|month|year|summer|winter|spring|autumn|fall|morning|evening)s?\b`,
      String.raw`\b(?:in|since|until|by|during) (?:19|20)\d\d\b|\b(?:19|20)\d\d[-/.]\d\d?\b|\bin may\b|\b\d{1,2} ?(?:am|pm)\b|\b\d{1,2}:\d\d\b`,
    ].join('|'),
    'u',
  );
  return named.test(plain(text.slice(0, EXAMINED)));
}
