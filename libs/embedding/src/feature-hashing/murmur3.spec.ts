import { describe, expect, it } from '@jest/globals';
import { murmur3 } from './murmur3.js';

describe('murmur3', () => {
  it.each([
    ['', 0, 0x00000000],
    ['', 1, 0x514e28b7],
    ['', 0xffffffff, 0x81f16f39],
    ['a', 0x9747b28c, 0x7fa09ea6],
    ['aa', 0x9747b28c, 0x5d211726],
    ['aaa', 0x9747b28c, 0x283e0130],
    ['aaaa', 0x9747b28c, 0x5a97808a],
    ['Hello, world!', 0x9747b28c, 0x24884cba],
    ['ππππππππ', 0x9747b28c, 0xd58063c1],
    ['The quick brown fox jumps over the lazy dog', 0x9747b28c, 0x2fa826cd],
  ])('agrees with the published value for %j with seed %d', (text, seed, expected) => {
    expect(murmur3(text, seed)).toBe(expected);
  });

  it('hashes texts longer than its scratch space, and short ones afterwards, alike', () => {
    const long = 'x'.repeat(5000);
    const before = murmur3('short', 0);
    expect(murmur3(long, 0)).not.toBe(murmur3(`${long}x`, 0));
    expect(murmur3('short', 0)).toBe(before);
  });
});
