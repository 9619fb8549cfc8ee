import { describe, expect, it } from '@jest/globals';
import { canonicalJson, contentHash } from './content-hash.js';
import type { JsonObject } from './json.js';
import { parseJson } from './parse-json.js';

describe('contentHash', () => {
  it('does not depend on the order of keys', () => {
    expect(contentHash('episodic', 1, { a: 1, b: { c: [1], d: 2 } })).toBe(
      contentHash('episodic', 1, { b: { d: 2, c: [1] }, a: 1 }),
    );
  });

  it('differs when the type, the importance or any value differs', () => {
    const hashes = [
      contentHash('episodic', 1, { a: 1 }),
      contentHash('semantic', 1, { a: 1 }),
      contentHash('episodic', null, { a: 1 }),
      contentHash('episodic', 1, { a: '1' }),
      contentHash('episodic', 1, { a: [1] }),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it('is the same on every platform and release', () => {
    expect(canonicalJson({ b: null, a: ['ü', 1.5] })).toBe('{"a":["ü",1.5],"b":null}');
    expect(contentHash('episodic', null, { text: 'hello' })).toBe(
      '9e4c3cfbd8c89c11d1f0e37746901243c78c177560e0b0e5c2c0afa7e8811f75',
    );
  });

  it('is of numbers as they were written', () => {
    const payload = parseJson('{"b":1.0,"a":[-0,1e400]}') as JsonObject;
    expect(canonicalJson(payload)).toBe('{"a":[-0,1e400],"b":1.0}');
    expect(contentHash('episodic', 1, payload)).not.toBe(contentHash('episodic', 1, { a: [0, 1], b: 1 }));
  });
});
