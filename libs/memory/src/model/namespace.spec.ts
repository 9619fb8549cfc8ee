import { describe, expect, it } from '@jest/globals';
import { InvalidRequestError } from './errors.js';
import { NAMESPACE_PATTERN, quotedNamespace, toNamespace, trustedNamespace } from './namespace.js';

const CONTROL = [0, 9, 10, 13, 27, 31, 127, 0x80, 0x85, 0x9f].map((code) => `a${String.fromCharCode(code)}b`);

describe('toNamespace', () => {
  it.each([
    'api_ns',
    'a',
    'somabrain:user@example.com',
    'somabrain:acme/eu',
    'somabrain:a+b/c=',
    'somabrain:tenant one',
    '~t',
    '..',
    '.',
    '-',
    "a';drop",
    '日本語',
    'a\u00a0b',
    'x'.repeat(255),
    '😀'.repeat(255),
  ])('takes %j as it is', (name) => {
    expect(toNamespace(name)).toBe(name);
    expect(name).toMatch(new RegExp(NAMESPACE_PATTERN, 'u'));
  });

  it.each(['', ' ', '   ', '\u00a0', ' a', 'a ', 'x'.repeat(256), 'a\ud800', ...CONTROL])('refuses %j', (name) => {
    expect(() => toNamespace(name)).toThrow(InvalidRequestError);
  });
});

describe('quotedNamespace', () => {
  it.each([
    ['api_ns', 'api_ns'],
    ['base:user@example.com', 'base:user@example.com'],
    ['tenant one', "'tenant one'"],
    ["it's", String.raw`'it'\''s'`],
    ['$HOME', "'$HOME'"],
    ['~t', "'~t'"],
  ])('of %s can be pasted into a shell', (name, quoted) => {
    expect(quotedNamespace(trustedNamespace(name))).toBe(quoted);
  });
});
