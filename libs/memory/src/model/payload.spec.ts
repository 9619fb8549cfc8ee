import { describe, expect, it } from '@jest/globals';
import { InvalidRequestError, PayloadTooLargeError } from './errors.js';
import type { JsonObject } from './json.js';
import { parseJson } from './parse-json.js';
import { checkPayload } from './payload.js';

const limits = { maxDepth: 4, maxBytes: 200 };
const nested = (depth: number): JsonObject => (depth === 1 ? {} : { a: nested(depth - 1) });

describe('checkPayload', () => {
  it('returns the JSON text of a payload that can be kept', () => {
    const payload = { text: 'Grüße 😀', n: 1.5, list: [1, null, true], deep: { a: { b: 1 } } };
    expect(JSON.parse(checkPayload(payload, limits))).toEqual(payload);
  });

  it('accepts the deepest allowed nesting and refuses one more', () => {
    expect(() => checkPayload(nested(4), limits)).not.toThrow();
    expect(() => checkPayload(nested(5), limits)).toThrow(InvalidRequestError);
  });

  it.each<[string, JsonObject, string]>([
    ['NUL in text', { a: { b: 'x\u0000' } }, 'payload.a.b: must not contain the NUL character'],
    ['NUL in a key', { ['k\u0000']: 1 }, 'NUL character'],
    ['a lone surrogate', { a: ['\ud800'] }, 'payload.a.0: must not contain lone surrogates'],
    ['an infinite number', { a: Infinity }, 'payload.a: must be a finite number'],
  ])('refuses %s by its path', (_name, payload, message) => {
    expect(() => checkPayload(payload, limits)).toThrow(message);
  });

  it.each([
    ['numbers that no double is written as', '{"id":1234567890123456789,"mass":1e400,"rate":0.10,"zero":-0}'],
    ['large doubles', '{"big":1.5e+300,"id":1152921504606847000,"mass":6.02e+23}'],
    ['keys that name prototypes', '{"__proto__":{"x":1},"constructor":{"prototype":1},"prototype":2}'],
  ])('keeps %s', (_name, text) => {
    expect(checkPayload(parseJson(text) as JsonObject, limits)).toBe(text);
  });

  it('counts bytes, not characters', () => {
    expect(() => checkPayload({ a: 'ü'.repeat(90) }, limits)).not.toThrow();
    expect(() => checkPayload({ a: 'ü'.repeat(110) }, limits)).toThrow(PayloadTooLargeError);
  });

  it('keeps messages short however deep and long the path is', () => {
    const key = 'k'.repeat(5000);
    expect(() => checkPayload({ [key]: Infinity }, limits)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/^.{1,300}$/s) }),
    );
  });
});
