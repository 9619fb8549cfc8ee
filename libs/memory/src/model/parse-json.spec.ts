import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { writtenNumbers } from '../testing/written-numbers.js';
import { JsonNumber, stringifyJson } from './json-number.js';
import { parseJson } from './parse-json.js';

const NOTATIONS = [
  ...['1.0', '-0', '-0.0', '0.10', '1e5', '1E5', '1e+5', '6.02E+23', '6.02e23', '1e21', '1e-7', '0e0', '0.0e-0'],
  ...['9007199254740993', '1234567890123456789', '-123456789012345678901234567890', '18446744073709551615'],
  ...['1e400', '-1e-400', '1e1000000', '0.1000000000000000055511151231257827', '1764500000123456789', '1764500000.0'],
  ...['0', '-1', '1.5', '1e-8', '5e-324', '9007199254740991'],
];

const numbers = fc.oneof(fc.constantFrom(...NOTATIONS), writtenNumbers());
const texts = fc
  .oneof(fc.string({ unit: 'binary' }), numbers, fc.constantFrom('\\', '\\"', '"1.0"', '__proto__', '": 1.0'))
  .map((text) => JSON.stringify(text));

/** JSON text without blanks, and without a key twice in one object. */
const { json } = fc.letrec<{ json: string }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small' },
    numbers,
    texts,
    fc.constantFrom('true', 'false', 'null'),
    fc.array(tie('json')).map((items) => `[${items.join(',')}]`),
    fc
      .uniqueArray(
        fc.tuple(
          fc.nat().map((nth) => JSON.stringify(`key ${nth}`)),
          tie('json'),
        ),
        { selector: ([key]) => key },
      )
      .map((members) => `{${members.map((member) => member.join(':')).join(',')}}`),
  ),
}));

describe('parseJson and stringifyJson', () => {
  it.each(NOTATIONS)('keep %s as it is written', (text) => {
    expect(stringifyJson(parseJson(`{"n":[${text}]}`))).toBe(`{"n":[${text}]}`);
    expect(stringifyJson(parseJson(text))).toBe(text);
  });

  it('keep every number of any JSON', () => {
    fc.assert(fc.property(json, (text) => expect(stringifyJson(parseJson(text))).toBe(text)));
  });

  it('read and refuse everything else as the language does', () => {
    const outcome = (read: (text: string) => unknown, text: string): string => {
      try {
        return JSON.stringify(read(text)).replaceAll(/-?1\.7976931348623157e\+308/g, 'null');
      } catch (error) {
        return String(error);
      }
    };
    const damaged = fc
      .tuple(json, fc.nat(), fc.constantFrom('', '"', '\\', ',', ':', '1.0', '}', ' ', '-', '.'))
      .map(([text, place, change]) => {
        const at = place % (text.length + 1);
        return text.slice(0, at) + change + text.slice(at + (place % 2));
      });
    fc.assert(
      fc.property(fc.oneof(json, damaged), (text) => {
        expect(outcome(parseJson, text)).toBe(outcome(JSON.parse, text));
      }),
    );
  });

  it.each(['{1.0:2}', '{"a":1.0 1.0}', '[1.0e]', '[01.0]', '[1.0.0]', '[-]', '["1.0]', '[1.0"a"]', ''])(
    'refuse %s with the position in the text itself',
    (text) => {
      let reason = '';
      try {
        JSON.parse(text);
      } catch (error) {
        reason = String(error);
      }
      expect(() => parseJson(text)).toThrow(reason.replace('SyntaxError: ', ''));
    },
  );

  it('keep keys that name prototypes as ordinary keys', () => {
    const text = '{"__proto__":{"polluted":1.0},"constructor":{"prototype":2.0},"prototype":1e5}';
    const value = parseJson(text);
    expect(stringifyJson(value)).toBe(text);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(stringifyJson(parseJson('{"__proto__":1.0}'))).toBe('{"__proto__":1.0}');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('read what is nested deeper than the stack, and texts of megabytes', () => {
    expect(() => parseJson('['.repeat(100_000) + '1.0' + ']'.repeat(100_000))).not.toThrow();
    const text = JSON.stringify({ long: '\\"'.repeat(1_000_000), n: 1 });
    expect(stringifyJson(parseJson(text.replace('"n":1', '"n":1.0')))).toBe(text.replace('"n":1', '"n":1.0'));
  });

  it('tell a number from a text that looks like one', () => {
    expect(parseJson('["1.0",1.0]')).toEqual(['1.0', new JsonNumber('1.0')]);
  });

  it('leave JSON that others write with the nearest double', () => {
    expect(JSON.stringify(parseJson('[1.0,9007199254740993,1e400,-1e400,1e-400]'))).toBe(
      '[1,9007199254740992,1.7976931348623157e+308,-1.7976931348623157e+308,0]',
    );
  });
});
