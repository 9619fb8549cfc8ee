import { describe, expect, it } from '@jest/globals';
import { asksWhen, namesTime } from './asked-times.js';

describe('asksWhen', () => {
  it.each([
    'When did the boiler fail?',
    'Do you know when the roof was mended?',
    'what time does the ferry leave',
    'How long ago did we paint the shed?',
    'Wann war der Heizungsausfall?',
    'Quand est-ce que le toit a été réparé ?',
    '¿Cuándo llegó el barco?',
    '会议是什么时候？',
    'いつ屋根を直しましたか',
  ])('hears it in %s', (query) => {
    expect(asksWhen(query)).toBe(true);
  });

  it.each(['where is the kettle', 'who whenever comes', 'call me when the kettle boils.', 'gewann sie den Preis'])(
    'does not in %s',
    (query) => {
      expect(asksWhen(query)).toBe(false);
    },
  );
});

describe('namesTime', () => {
  it.each([
    'We fixed it yesterday',
    'It broke last week',
    'in 2019 we moved',
    'am 3. Oktober',
    'le toit, mardi',
    'see you at 7:30',
    'two years ago',
  ])('sees one in %s', (text) => {
    expect(namesTime(text)).toBe(true);
  });

  it.each(['the kettle is in the blue cupboard', 'locker 2019', 'we may go', 'the sunset'])(
    'sees none in %s',
    (text) => {
      expect(namesTime(text)).toBe(false);
    },
  );

  it('looks at texts of any length in no time', () => {
    expect([namesTime('in '.repeat(500_000)), asksWhen(`when ${'x '.repeat(500_000)}`)]).toEqual([false, false]);
  });
});
