import { expect, it } from '@jest/globals';
import { JsonNumber, SomaFractalMemoryError } from '../index.js';
import { deserialize, serialize } from './serialization.js';

it('writes compact JSON of ASCII characters', () => {
  expect(Buffer.from(serialize({ a: [1, 'é', '😀'], b: null })).toString('latin1')).toBe(
    '{"a":[1,"\\u00e9","\\ud83d\\ude00"],"b":null}',
  );
});

it('reads what it wrote, numbers as they were written', () => {
  const value = { text: 'Grüße', when: 1.5, nested: [{ deep: true }] };
  expect(deserialize(serialize(value))).toEqual(value);
  const big = deserialize(new TextEncoder().encode('{"id":12345678901234567890}'));
  expect(big).toEqual({ id: expect.any(JsonNumber) });
  expect(Buffer.from(serialize(big)).toString()).toBe('{"id":12345678901234567890}');
});

it('has nothing to say about nothing', () => {
  expect(deserialize(undefined)).toBeUndefined();
});

it.each([[[0xff, 0xfe]], [[]], [[0xef, 0xbb, 0xbf, 0x31]], [[0x7b]]])('refuses the bytes %j', (bytes) => {
  expect(() => deserialize(Uint8Array.from(bytes))).toThrow(SomaFractalMemoryError);
});
